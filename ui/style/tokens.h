#pragma once

#include <QColor>

namespace pleinair::ui {

/// The colours of the window; the only place where they are named. Greys have no tint.
struct Tokens {
  bool dark = true;
  QColor window, panel, raised, line;
  QColor text, quietText;
  QColor accent;    ///< the primary button, focus, progress and selection frame, nothing else
  QColor onAccent;  ///< text on the accent
  QColor danger;    ///< loss and failure only
  QColor done;      ///< finished only
  QColor control;   ///< frames of fields and buttons, 3:1 against the panel
  QColor curveBlue, curveOchre, curveGrey, curveTeal;
};

/// Sizes in logical pixels; spacing goes in steps of four.
struct Metrics {
  static constexpr int kGap = 8;
  static constexpr int kMargin = 12;
  static constexpr int kWideMargin = 24;
  static constexpr int kControlHeight = 28;
  static constexpr int kHeaderHeight = 40;
  static constexpr int kStatusHeight = 28;
  static constexpr int kFontPixels = 13;
  static constexpr int kFadeMs = 120;
};

/// The tokens of the theme in use. GUI thread.
const Tokens& tokens();

/// The ground behind pictures, chosen by the user (key B).
enum class PictureGround { Black, DarkGrey, MidGrey, White };
QColor groundColor(PictureGround ground);
/// A grey that reads well on a picture ground.
QColor textOn(const QColor& ground);

}  // namespace pleinair::ui
