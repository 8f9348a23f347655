#include "ui/panels/captions/caption_edit.h"

#include <QKeyEvent>

namespace pleinair::ui {

CaptionEdit::CaptionEdit(QWidget* parent) : QPlainTextEdit(parent) {
  setTabChangesFocus(true);
  connect(this, &QPlainTextEdit::textChanged, this, [this] {
    if (!m_showing) Q_EMIT edited(toPlainText());
  });
}

void CaptionEdit::showText(const QString& text) {
  if (text == toPlainText()) return;
  m_showing = true;
  setPlainText(text);
  moveCursor(QTextCursor::End);
  m_showing = false;
}

void CaptionEdit::insertWords(const QString& words) {
  if (words.isEmpty() || isReadOnly()) return;
  QTextCursor cursor = textCursor();
  const QString text = toPlainText();
  const QString before = text.left(cursor.selectionStart()).trimmed();
  const QString after = text.mid(cursor.selectionEnd()).trimmed();
  QString insert = words;
  if (!before.isEmpty()) {
    const bool spaced = text.at(cursor.selectionStart() - 1).isSpace();
    insert.prepend(before.endsWith(QLatin1Char(',')) ? (spaced ? "" : " ") : (spaced ? "" : ", "));
  }
  if (!after.isEmpty() && !after.startsWith(QLatin1Char(','))) insert.append(QStringLiteral(", "));
  cursor.insertText(insert);
  setTextCursor(cursor);
  setFocus();
}

bool CaptionEdit::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    auto* key = static_cast<QKeyEvent*>(event);
    const bool nothingToUndo = key->matches(QKeySequence::Undo) && !document()->isUndoAvailable();
    const bool nothingToRedo = key->matches(QKeySequence::Redo) && !document()->isRedoAvailable();
    if (nothingToUndo || nothingToRedo) {
      event->ignore();
      return true;
    }
  }
  return QPlainTextEdit::event(event);
}

void CaptionEdit::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
      return event->ignore();
    default:
      break;
  }
  QPlainTextEdit::keyPressEvent(event);
}

}  // namespace pleinair::ui
