#pragma once

#include <QListView>

#include "ui/models/dataset_model.h"

namespace pleinair::ui {

/// Photos as a grid of tiles or as one filmstrip row. The tile carries the picture, a dot for the caption and a star;
/// selection is a frame outside the picture.
class PhotoGrid final : public QListView {
  Q_OBJECT
 public:
  enum class Shape { Grid, Strip };
  explicit PhotoGrid(Shape shape, QWidget* parent = nullptr);

  /// The least side of a tile's picture in logical pixels; in a grid, tiles grow to share the width.
  void setTileSide(int side);
  [[nodiscard]] int tileSide() const { return m_side; }

 Q_SIGNALS:
  /// Space, Return or a double click on a photo.
  void lookRequested(const QModelIndex& index);
  void removeRequested();
  void starRequested();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void startDrag(Qt::DropActions) override {}

 private:
  void spreadTiles();
  const Shape m_shape;
  int m_side = 176;
};

}  // namespace pleinair::ui
