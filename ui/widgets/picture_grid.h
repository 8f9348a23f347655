#pragma once

#include <QAbstractScrollArea>
#include <vector>

#include "core/config/generation_request.h"
#include "ui/bridge/picture_loader.h"

namespace pleinair::ui {

/// A set's pictures in rows under their prompts; pictures still to come stand as empty places that fill in. Arrow
/// keys walk, Enter or Space opens, Ctrl+wheel changes the size; a picture can be dragged out as a file.
class PictureGrid final : public QAbstractScrollArea {
  Q_OBJECT
 public:
  struct Tile {
    std::filesystem::path file;  ///< empty: still to come
    PictureRecipe recipe;
  };

  /// The loader must outlive the widget.
  explicit PictureGrid(PictureLoader& loader, QWidget* parent = nullptr);

  void setTiles(std::vector<Tile> tiles);
  /// Puts a picture that is done on its place.
  void setTile(int index, Tile tile);
  /// How far the first picture that is still to come is, 0 to 1; < 0: nothing is being drawn.
  void setProgress(double share);
  void setCurrent(int index);
  [[nodiscard]] int current() const { return m_current; }
  [[nodiscard]] const std::vector<Tile>& tiles() const { return m_tiles; }
  [[nodiscard]] int side() const { return m_side; }
  void setSide(int pixels);
  /// Where a tile lies in the viewport now.
  [[nodiscard]] QRect tileRect(int index) const;

 Q_SIGNALS:
  void currentChanged(int index);
  void opened(int index);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Heading {
    QRect place;  ///< in the content, not scrolled
    QString text;
  };

  void layOut();
  [[nodiscard]] int tileAt(QPoint place) const;
  [[nodiscard]] int neighbour(int rowsDown) const;
  void drawTile(QPainter& painter, int index);
  void ensureVisible(int index);

  PictureLoader& m_loader;
  std::vector<Tile> m_tiles;
  std::vector<QRect> m_places;  // in the content, not scrolled
  std::vector<Heading> m_headings;
  int m_current = -1;
  int m_side = 256;
  double m_progress = -1;
  QPoint m_pressed;
};

}  // namespace pleinair::ui
