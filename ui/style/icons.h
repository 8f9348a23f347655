#pragma once

#include <QIcon>
#include <QString>

namespace pleinair::ui {

/// One of our own icons (resources/icons/<name>.svg), drawn in the text colour of the theme in use and sharp at every
/// scale. Follows a change of theme by itself when it is painted again. Empty icon for an unknown name.
QIcon icon(const QString& name);

/// The same icon in a given colour, for painting by hand.
QPixmap iconPixmap(const QString& name, int size, const QColor& color, qreal devicePixelRatio);

}  // namespace pleinair::ui
