#include "ui/style/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>
#include <memory>

/// Resources of a static library are linked only when asked for, outside any namespace.
static void linkResources() {
  Q_INIT_RESOURCE(icons);
  Q_INIT_RESOURCE(translations);
}

namespace pleinair::ui {
namespace {

/// What is installed now; two translators, ours and Qt's own for its dialogs.
struct Installed {
  QString code = QStringLiteral("en");
  std::unique_ptr<QTranslator> ours, qt;
};

Installed& installed() {
  static Installed value;
  return value;
}

QString chosenCode(const QString& code) {
  if (languageCodes().contains(code)) return code;
  const QString system = QLocale::languageToCode(QLocale::system().language());
  return languageCodes().contains(system) ? system : QStringLiteral("en");
}

std::unique_ptr<QTranslator> load(const QString& file, const QString& folder) {
  auto translator = std::make_unique<QTranslator>();
  if (!translator->load(file, folder)) return nullptr;
  QCoreApplication::installTranslator(translator.get());
  return translator;
}

}  // namespace

QStringList languageCodes() { return {QStringLiteral("en"), QStringLiteral("ru")}; }

QString languageName(const QString& code) {
  return code == QLatin1String("ru") ? QStringLiteral("Русский") : QStringLiteral("English");
}

void applyLanguage(const QString& code) {
  linkResources();
  Installed& now = installed();
  now.ours.reset();
  now.qt.reset();
  now.code = chosenCode(code);
  QLocale::setDefault(now.code == QLatin1String("en") ? QLocale(QLocale::English) : QLocale(now.code));
  now.qt = load(QStringLiteral("qtbase_") + now.code, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
  now.ours = load(QStringLiteral("pleinair_") + now.code, QStringLiteral(":/translations"));
}

QString currentLanguage() { return installed().code; }

}  // namespace pleinair::ui
