#include "ui/style/stylesheet.h"

#include <utility>

#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

constexpr const char* kSheet = R"css(
QToolTip { background: @raised; color: @text; border: 1px solid @control; padding: 4px 6px; }
QWidget[surface="panel"] { background: @panel; }
QWidget[surface="window"] { background: @window; }
QWidget[surface="header"] { background: @panel; border-bottom: 1px solid @line; }
QWidget[surface="status"] { background: @panel; border-top: 1px solid @line; }
QWidget[surface="notice"] { background: @raised; border-bottom: 1px solid @line; }
QWidget[surface="raised"] { background: @raised; border: 1px solid @line; border-radius: 4px; }
QLabel { background: transparent; }
QLabel[role="quiet"] { color: @quiet; }
QLabel[role="danger"] { color: @danger; }
QLabel[role="done"] { color: @done; }
QLabel[role="title"] { font-size: 20px; }
QLabel[role="heading"] { font-weight: 600; }
QPushButton { background: @raised; color: @text; border: 1px solid @edge; border-radius: 4px;
  min-height: 26px; padding: 0 12px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed, QPushButton:checked { background: @pressed; }
QPushButton:focus { border: 1px solid @accent; }
QPushButton:disabled { color: @disabled; border-color: @line; background: @panel; }
QPushButton[primary="true"] { background: @accent; color: @onaccent; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accenthover; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 0 11px; min-height: 24px; }
QPushButton[primary="true"]:disabled { background: @panel; color: @disabled; border-color: @line; }
QPushButton[flat="true"], QToolButton { background: transparent; border: 1px solid transparent; border-radius: 4px; }
QPushButton[flat="true"] { padding: 0 8px; }
QToolButton { min-height: 24px; min-width: 24px; padding: 0 3px; color: @text; }
QPushButton[flat="true"]:hover, QToolButton:hover { background: @hover; }
QPushButton[flat="true"]:pressed, QToolButton:pressed, QToolButton:checked { background: @pressed; }
QPushButton[flat="true"]:focus, QToolButton:focus { border: 1px solid @accent; }
QPushButton[link="true"] { background: transparent; border: 1px solid transparent; text-decoration: underline;
  padding: 0 4px; min-height: 20px; }
QPushButton[chip="true"] { min-height: 22px; padding: 0 8px; border-radius: 11px; }
QPushButton[segment="true"] { background: transparent; border: none; border-bottom: 2px solid transparent;
  border-radius: 0; min-height: 37px; padding: 0 14px; color: @quiet; }
QPushButton[segment="true"]:hover { color: @text; background: @hover; }
QPushButton[segment="true"]:checked { color: @text; border-bottom: 2px solid @accent; }
QPushButton[segment="true"]:focus { color: @text; background: @hover; }
QPushButton[segment="true"]:disabled { color: @disabled; background: transparent; }
QToolButton::menu-indicator { image: none; }
QPushButton::menu-indicator { image: none; width: 0; }
QAbstractScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QAbstractSpinBox { background: @field;
  color: @text; border: 1px solid @edge; border-radius: 4px; selection-background-color: @accent;
  selection-color: @onaccent; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { min-height: 26px; padding: 0 8px; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 1px solid @accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: @disabled; border-color: @line; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: @panel; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
  background: transparent; border: none; width: 16px; }
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: @hover; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/icons/@suffix/up.svg); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/icons/@suffix/down.svg); width: 9px; height: 9px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/icons/@suffix/down.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @edge; selection-background-color: @pressed;
  selection-color: @text; outline: none; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator { width: 15px; height: 15px; border: 1px solid @control;
  background: @field; }
QCheckBox::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/check.svg); }
QRadioButton::indicator:checked { background: @accent; border: 4px solid @field; width: 9px; height: 9px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @accent; }
QSlider { background: transparent; min-height: 20px; }
QSlider::groove:horizontal { height: 2px; background: @control; border-radius: 1px; }
QSlider::sub-page:horizontal { background: @quiet; }
QSlider::handle:horizontal { background: @text; width: 12px; height: 12px; margin: -5px 0; border-radius: 6px; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: @accent; }
QSlider::handle:horizontal:disabled { background: @control; }
QProgressBar { background: @line; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 32px; margin: 2px 3px; }
QScrollBar::handle:horizontal { min-width: 32px; margin: 3px 2px; }
QScrollBar::handle:hover { background: @control; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QListView, QTreeView, QTableView { background: transparent; border: none; outline: none; }
QListView::item { padding: 4px 8px; border-radius: 4px; }
QListView::item:hover { background: @hover; }
QListView::item:selected { background: @pressed; color: @text; }
QSplitter::handle { background: @line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMenu { background: @raised; border: 1px solid @edge; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: @pressed; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QDialog { background: @panel; }
QGroupBox { border: none; margin-top: 20px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
QHeaderView::section { background: @panel; border: none; border-bottom: 1px solid @line; padding: 4px; }
QTabWidget::pane { border: none; }
)css";

QString mix(const QColor& first, const QColor& second, double share) {
  const auto channel = [share](int from, int to) { return qRound(from + (to - from) * share); };
  return QColor(channel(first.red(), second.red()), channel(first.green(), second.green()),
                channel(first.blue(), second.blue()))
      .name();
}

}  // namespace

QString stylesheet(const Tokens& t) {
  // Longer names first, so that @accenthover is not taken for @accent.
  const std::pair<const char*, QString> values[] = {
      {"@accenthover", mix(t.accent, t.dark ? QColor(Qt::white) : QColor(Qt::black), 0.1)},
      {"@accent", t.accent.name()},
      {"@onaccent", t.onAccent.name()},
      {"@disabled", t.control.name()},
      {"@control", t.control.name()},
      {"@pressed", mix(t.raised, t.text, 0.18)},
      {"@hover", mix(t.panel, t.text, 0.08)},
      {"@edge", mix(t.panel, t.control, 0.75)},
      {"@scroll", mix(t.panel, t.control, 0.55)},
      {"@field", t.dark ? t.window.name() : t.raised.name()},
      {"@window", t.window.name()},
      {"@panel", t.panel.name()},
      {"@raised", t.raised.name()},
      {"@line", t.line.name()},
      {"@quiet", t.quietText.name()},
      {"@danger", t.danger.name()},
      {"@done", t.done.name()},
      {"@text", t.text.name()},
      {"@suffix", QLatin1String(t.dark ? "dark" : "light")},
  };
  QString sheet = QString::fromLatin1(kSheet);
  for (const auto& [name, value] : values) sheet.replace(QLatin1String(name), value);
  return sheet;
}

}  // namespace pleinair::ui
