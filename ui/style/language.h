#pragma once

#include <QString>
#include <QStringList>

namespace pleinair::ui {

/// The languages the window speaks, as codes: "en", "ru".
QStringList languageCodes();
/// A language's own name, "English" or "Русский".
QString languageName(const QString& code);

/// Speaks `code` from now on (empty: the locale's, else English): every widget gets a LanguageChange event. Numbers
/// and dates follow. GUI thread.
void applyLanguage(const QString& code);
/// The code in use.
QString currentLanguage();

}  // namespace pleinair::ui
