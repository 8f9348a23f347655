#include "ui/dialogs/keys_overlay.h"

#include <QKeyEvent>
#include <QPainter>
#include <vector>

#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

struct Key {
  QString keys, meaning;
};
struct Group {
  QString title;
  std::vector<Key> keys;
};

std::vector<Group> allKeys() {
  const auto plain = [](const char* keys) { return QString::fromUtf8(keys); };
  return {
      {KeysOverlay::tr("Everywhere"),
       {{plain("Ctrl+1 … 4"), KeysOverlay::tr("Dataset, Captions, Training, Gallery")},
        {plain("Ctrl+N   Ctrl+O"), KeysOverlay::tr("New project, open a project")},
        {plain("Ctrl+S"), KeysOverlay::tr("Save now (it is saved as you type)")},
        {plain("Ctrl+Z   Ctrl+Shift+Z"), KeysOverlay::tr("Undo, redo")},
        {plain("Ctrl+F"), KeysOverlay::tr("Find")},
        {plain("F6   F7"), KeysOverlay::tr("Fold the list, the inspector")},
        {plain("F   F11"), KeysOverlay::tr("Full screen")},
        {plain("B"), KeysOverlay::tr("Ground behind pictures: black, dark, mid grey, white")},
        {plain("F1"), KeysOverlay::tr("This sheet")}}},
      {KeysOverlay::tr("Dataset"),
       {{KeysOverlay::tr("Space"), KeysOverlay::tr("Look at the photo in full, and back")},
        {plain("S"), KeysOverlay::tr("Star")},
        {KeysOverlay::tr("Delete"), KeysOverlay::tr("Remove from the project")}}},
      {KeysOverlay::tr("Captions"),
       {{plain("Page Up   Page Down"), KeysOverlay::tr("Photo before, photo after")},
        {plain("Alt+←   Alt+→"), KeysOverlay::tr("The same")},
        {plain("Ctrl+Enter"), KeysOverlay::tr("Next without caption")},
        {plain("Ctrl+T"), KeysOverlay::tr("Insert the trigger word")}}},
      {KeysOverlay::tr("Pictures"),
       {{KeysOverlay::tr("Wheel"), KeysOverlay::tr("Zoom at the pointer")},
        {plain("+   −   0   1"), KeysOverlay::tr("Nearer, farther, whole, pixel for pixel")},
        {plain("W"), KeysOverlay::tr("Wipe between two pictures")},
        {plain("Tab"), KeysOverlay::tr("Flip between two pictures")},
        {plain("V"), KeysOverlay::tr("Judge two sets blind: 1 and 2 vote, 0 for neither")}}},
  };
}

}  // namespace

KeysOverlay::KeysOverlay(QWidget* window) : QWidget(window) {
  setFocusPolicy(Qt::StrongFocus);
  window->installEventFilter(this);
  hide();
}

void KeysOverlay::toggle() {
  if (isVisible()) return hide();
  setGeometry(parentWidget()->rect());
  show();
  raise();
  setFocus();
}

void KeysOverlay::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  painter.fillRect(rect(), t.window);

  const std::vector<Group> groups = allKeys();
  constexpr int kLine = 26, kColumnGap = 32;
  // Narrower where the window is: two columns fit its smallest size.
  const bool wide = width() >= 1080;
  const int keysWidth = wide ? 190 : 170, meaningWidth = wide ? 300 : 280;
  const int columnWidth = keysWidth + meaningWidth;
  const bool twoColumns = width() >= 2 * columnWidth + kColumnGap + 48;
  const int total = twoColumns ? 2 * columnWidth + kColumnGap : columnWidth;
  const int left = (width() - total) / 2;
  int x = left, y = qMax(32, height() / 2 - 240);
  const int top = y;
  QFont heading = font();
  heading.setBold(true);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (twoColumns && i == 1) {
      x = left + columnWidth + kColumnGap;
      y = top;
    }
    painter.setFont(heading);
    painter.setPen(t.text);
    painter.drawText(QRect(x, y, columnWidth, kLine), Qt::AlignVCenter, groups[i].title);
    painter.setFont(font());
    y += kLine;
    for (const Key& key : groups[i].keys) {
      painter.setPen(t.quietText);
      painter.drawText(QRect(x, y, keysWidth, kLine), Qt::AlignVCenter, key.keys);
      painter.setPen(t.text);
      const QRect place(x + keysWidth, y, meaningWidth, kLine);
      const QRect needed = painter.boundingRect(place, Qt::AlignVCenter | Qt::TextWordWrap, key.meaning);
      const int height = qMax(kLine, needed.height() + 8);
      painter.drawText(QRect(place.topLeft(), QSize(meaningWidth, height)), Qt::AlignVCenter | Qt::TextWordWrap,
                       key.meaning);
      y += height;
    }
    y += 16;
  }
}

void KeysOverlay::mousePressEvent(QMouseEvent*) { hide(); }

void KeysOverlay::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) return hide();
  QWidget::keyPressEvent(event);
}

bool KeysOverlay::eventFilter(QObject* watched, QEvent* event) {
  if (watched == parentWidget() && event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
  return QWidget::eventFilter(watched, event);
}

}  // namespace pleinair::ui
