#pragma once

#include <QString>

class QFormLayout;
class QLabel;
class QVBoxLayout;

namespace pleinair::ui {

/// A text of any length that can be selected with mouse and keys. `role` is one of the stylesheet's, or none.
QLabel* selectableText(const QString& text, const char* role = nullptr);
/// A two-column list of facts at the end of `page`.
QFormLayout* addFactForm(QVBoxLayout& page);
/// A row of it; nothing where the value is empty.
QLabel* addFact(QFormLayout& form, const QString& name, const QString& value);

}  // namespace pleinair::ui
