#pragma once

#include <QWidget>

class QLabel;
class QSplitter;
class QToolButton;
class QVBoxLayout;

namespace pleinair::ui {

/// One setting: its name, the field, the unit beside it and a sentence under it. Long names and sentences wrap.
class SettingRow final : public QWidget {
  Q_OBJECT
 public:
  /// How the field stands: beside the name with room for a unit (numbers, short choices), without that room, or under
  /// the name over the whole width.
  enum class Shape { Beside, BesideBare, Under };

  explicit SettingRow(QWidget* field, Shape shape = Shape::Beside, QWidget* parent = nullptr);

  /// An empty unit or sentence takes no room. The name and sentence also reach screen readers.
  void setTexts(const QString& name, const QString& unit = {}, const QString& sentence = {});
  void setSentence(const QString& sentence);
  [[nodiscard]] QWidget* field() const { return m_field; }

 private:
  QWidget* m_field;
  QLabel* m_name;
  QLabel* m_unit;
  QLabel* m_sentence;
};

/// A group of settings that folds under its title. Closed at first.
class FoldSection final : public QWidget {
  Q_OBJECT
 public:
  explicit FoldSection(QWidget* parent = nullptr);

  void setTitle(const QString& title);
  void addRow(QWidget* row);
  void setOpen(bool open);
  [[nodiscard]] bool isOpen() const;

 private:
  QToolButton* m_title;
  QWidget* m_body;
  QVBoxLayout* m_rows;
};

/// Gives the splitter the proportions it was left with, and keeps what the user makes of it under `name`. Call once,
/// after its parts are in.
void rememberSplitter(QSplitter* splitter, const QString& name);

}  // namespace pleinair::ui
