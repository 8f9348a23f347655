#pragma once

#include <QWidget>

#include "ui/bridge/picture_loader.h"
#include "ui/bridge/thumbnail_provider.h"

class QLabel;

namespace pleinair::ui {

class ImageView;

/// One photo in the whole picture area, over the grid: the thumbnail at once, the sharp picture when it is decoded.
/// Space or Esc closes it, the arrow keys ask for the neighbour.
class FullLook final : public QWidget {
  Q_OBJECT
 public:
  FullLook(ThumbnailProvider& thumbnails, QWidget* parent = nullptr);

  void showPhoto(const std::filesystem::path& file, const QString& caption = {});
  [[nodiscard]] ImageView& view() { return *m_view; }

 Q_SIGNALS:
  void closed();
  void stepRequested(int direction);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void showDecoded();
  ThumbnailProvider& m_thumbnails;
  PictureLoader m_loader;
  ImageView* m_view;
  QLabel* m_caption;
  std::filesystem::path m_file;
};

}  // namespace pleinair::ui
