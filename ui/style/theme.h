#pragma once

#include <QObject>
#include <QString>

#include "ui/style/tokens.h"

namespace pleinair::ui {

enum class ThemeChoice { Automatic, Dark, Light };

/// Dresses the application: palette, stylesheet, font. One instance for the program's life; GUI thread.
class Theme final : public QObject {
  Q_OBJECT
 public:
  static Theme& instance();

  /// Remembers what the desktop prefers; call once, before the first apply().
  void readDesktop();
  void apply(ThemeChoice choice);
  [[nodiscard]] ThemeChoice choice() const { return m_choice; }
  [[nodiscard]] bool isDark() const;

  [[nodiscard]] PictureGround ground() const { return m_ground; }
  void setGround(PictureGround ground);
  /// The next ground in order, for key B.
  void nextGround();

 Q_SIGNALS:
  void changed();
  void groundChanged();

 private:
  Theme() = default;
  ThemeChoice m_choice = ThemeChoice::Automatic;
  bool m_desktopIsDark = false;
  PictureGround m_ground = PictureGround::DarkGrey;
};

/// While it lives the application has no style sheet. Qt matches every widget anew each time it gets another parent:
/// the whole window takes four times as long to build under the sheet as before it.
class StyleSheetHold {
 public:
  StyleSheetHold();
  ~StyleSheetHold();
  StyleSheetHold(const StyleSheetHold&) = delete;
  StyleSheetHold& operator=(const StyleSheetHold&) = delete;

 private:
  QString m_sheet;
};

}  // namespace pleinair::ui
