#include "ui/style/theme.h"

#include <QApplication>
#include <QFile>
#include <QFont>
#include <QPalette>
#include <QPixmapCache>
#include <QSettings>
#include <QStandardPaths>
#include <QStyleFactory>

#include "ui/style/stylesheet.h"

namespace pleinair::ui {
namespace {

Tokens commonTokens() {
  Tokens t;
  t.accent = QColor(0xd0, 0x8a, 0x3c);
  t.onAccent = QColor(0x1e, 0x1e, 0x1e);
  t.curveBlue = QColor(0x4f, 0x8f, 0xd0);
  t.curveOchre = t.accent;
  t.curveTeal = QColor(0x3f, 0xa7, 0x96);
  return t;
}

Tokens darkTokens() {
  Tokens t = commonTokens();
  t.dark = true;
  t.window = QColor(0x26, 0x26, 0x26);
  t.panel = QColor(0x2e, 0x2e, 0x2e);
  t.raised = QColor(0x3a, 0x3a, 0x3a);
  t.line = QColor(0x1c, 0x1c, 0x1c);
  t.text = QColor(0xdc, 0xdc, 0xdc);
  t.quietText = QColor(0x9a, 0x9a, 0x9a);
  t.danger = QColor(0xe0, 0x6c, 0x62);
  t.done = QColor(0x74, 0xb0, 0x6b);
  t.control = QColor(0x76, 0x76, 0x76);
  t.curveGrey = QColor(0x9a, 0x9a, 0x9a);
  return t;
}

Tokens lightTokens() {
  Tokens t = commonTokens();
  t.dark = false;
  t.window = QColor(0xed, 0xed, 0xed);
  t.panel = QColor(0xf7, 0xf7, 0xf7);
  t.raised = QColor(0xff, 0xff, 0xff);
  t.line = QColor(0xcf, 0xcf, 0xcf);
  t.text = QColor(0x1e, 0x1e, 0x1e);
  t.quietText = QColor(0x6b, 0x6b, 0x6b);
  t.danger = QColor(0xb3, 0x32, 0x28);
  t.done = QColor(0x3b, 0x7a, 0x33);
  t.control = QColor(0x8c, 0x8c, 0x8c);
  t.curveGrey = QColor(0x6b, 0x6b, 0x6b);
  return t;
}

Tokens& current() {
  static Tokens value = darkTokens();
  return value;
}

QPalette paletteFrom(const Tokens& t) {
  QPalette p;
  p.setColor(QPalette::Window, t.window);
  p.setColor(QPalette::WindowText, t.text);
  p.setColor(QPalette::Base, t.panel);
  p.setColor(QPalette::AlternateBase, t.window);
  p.setColor(QPalette::Text, t.text);
  p.setColor(QPalette::PlaceholderText, t.quietText);
  p.setColor(QPalette::Button, t.raised);
  p.setColor(QPalette::ButtonText, t.text);
  p.setColor(QPalette::BrightText, t.danger);
  p.setColor(QPalette::Highlight, t.accent);
  p.setColor(QPalette::HighlightedText, t.onAccent);
  p.setColor(QPalette::ToolTipBase, t.raised);
  p.setColor(QPalette::ToolTipText, t.text);
  p.setColor(QPalette::Link, t.text);
  p.setColor(QPalette::LinkVisited, t.quietText);
  p.setColor(QPalette::Light, t.raised);
  p.setColor(QPalette::Midlight, t.raised);
  p.setColor(QPalette::Mid, t.control);
  p.setColor(QPalette::Dark, t.line);
  p.setColor(QPalette::Shadow, t.line);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, t.control);
  }
  p.setColor(QPalette::Disabled, QPalette::Highlight, t.control);
  return p;
}

/// GTK desktops tell Qt nothing of a dark preference; their settings file does.
bool gtkPrefersDark() {
  if (qEnvironmentVariable("GTK_THEME").endsWith(QLatin1String("dark"), Qt::CaseInsensitive)) return true;
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
  for (const char* version : {"gtk-4.0", "gtk-3.0"}) {
    const QSettings settings(QStringLiteral("%1/%2/settings.ini").arg(folder, QLatin1String(version)),
                             QSettings::IniFormat);
    if (settings.value(QStringLiteral("Settings/gtk-application-prefer-dark-theme")).toBool()) return true;
    const QString name = settings.value(QStringLiteral("Settings/gtk-theme-name")).toString();
    if (name.endsWith(QLatin1String("dark"), Qt::CaseInsensitive)) return true;
  }
  return false;
}

}  // namespace

const Tokens& tokens() { return current(); }

QColor groundColor(PictureGround ground) {
  switch (ground) {
    case PictureGround::Black:
      return {0x00, 0x00, 0x00};
    case PictureGround::MidGrey:
      return {0x77, 0x77, 0x77};  // 18 % of white's luminance
    case PictureGround::White:
      return {0xff, 0xff, 0xff};
    case PictureGround::DarkGrey:
      break;
  }
  return {0x26, 0x26, 0x26};
}

QColor textOn(const QColor& ground) {
  return ground.lightness() < 100 ? QColor(0xb0, 0xb0, 0xb0) : QColor(0x14, 0x14, 0x14);
}

Theme& Theme::instance() {
  static Theme theme;
  return theme;
}

void Theme::readDesktop() {
  m_desktopIsDark = QApplication::palette().color(QPalette::Window).lightness() < 128 || gtkPrefersDark();
}

bool Theme::isDark() const {
  return m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::Automatic && m_desktopIsDark);
}

void Theme::apply(ThemeChoice choice) {
  m_choice = choice;
  current() = isDark() ? darkTokens() : lightTokens();
  QPixmapCache::clear();
  QFont font = QApplication::font();
  font.setPixelSize(Metrics::kFontPixels);
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  QApplication::setFont(font);
  QApplication::setPalette(paletteFrom(current()));
  qApp->setStyleSheet(stylesheet(current()));
  Q_EMIT changed();
}

void Theme::setGround(PictureGround ground) {
  if (ground == m_ground) return;
  m_ground = ground;
  Q_EMIT groundChanged();
}

void Theme::nextGround() { setGround(static_cast<PictureGround>((static_cast<int>(m_ground) + 1) % 4)); }

StyleSheetHold::StyleSheetHold() : m_sheet(qApp->styleSheet()) { qApp->setStyleSheet({}); }

StyleSheetHold::~StyleSheetHold() { qApp->setStyleSheet(m_sheet); }

}  // namespace pleinair::ui
