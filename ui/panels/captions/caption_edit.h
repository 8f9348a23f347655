#pragma once

#include <QPlainTextEdit>

namespace pleinair::ui {

/// The text field of a caption. While there is typing to take back it keeps Ctrl+Z to itself; with nothing left, the
/// key reaches the project's own undo. Line breaks are not typed: a caption is one line of words.
class CaptionEdit final : public QPlainTextEdit {
  Q_OBJECT
 public:
  explicit CaptionEdit(QWidget* parent = nullptr);
  /// Shows another text without announcing an edit; the field's own undo starts anew.
  void showText(const QString& text);
  /// Inserts words at the cursor with a comma and a space where they are needed; undoable by the field.
  void insertWords(const QString& words);

 Q_SIGNALS:
  void edited(const QString& text);

 protected:
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  bool m_showing = false;
};

}  // namespace pleinair::ui
