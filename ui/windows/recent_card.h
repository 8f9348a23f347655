#pragma once

#include <QAbstractButton>

#include "ui/bridge/recent_projects.h"
#include "ui/bridge/thumbnail_provider.h"

namespace pleinair::ui {

/// One recent project: its name, how many photos, and a strip of them.
class RecentCard final : public QAbstractButton {
  Q_OBJECT
 public:
  RecentCard(RecentProject project, ThumbnailProvider& thumbnails, QWidget* parent = nullptr);
  [[nodiscard]] QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  RecentProject m_project;
  ThumbnailProvider& m_thumbnails;
};

}  // namespace pleinair::ui
