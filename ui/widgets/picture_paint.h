#pragma once

#include <QImage>
#include <QRectF>

class QPainter;

namespace pleinair::ui {

/// Where a picture of that size lies in `cell`: whole, in its own aspect, in the middle.
QRectF fitted(const QSizeF& picture, const QRectF& cell);

/// What stands for a picture that is not there: empty with a thin frame, "being drawn" with a progress line
/// (`progress` 0 to 1; < 0: none), or a sign that it cannot be read.
enum class Placeholder { Empty, Waiting, Broken };
void drawPlaceholder(QPainter& painter, const QRectF& cell, Placeholder kind, double progress = -1);

/// The frame of the selected or current picture: 2 px outside the picture, in the accent.
void drawSelection(QPainter& painter, const QRectF& picture);

}  // namespace pleinair::ui
