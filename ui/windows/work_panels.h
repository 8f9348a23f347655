#pragma once

// Training and Gallery, or a plain page while this source tree has no such panel yet.
#if __has_include("ui/panels/training/training_panel.h")
#include "ui/panels/training/training_panel.h"
#else
#include "ui/windows/pending_panel.h"
namespace pleinair::ui {
class TrainingPanel final : public PendingPanel {
 public:
  using PendingPanel::PendingPanel;
  [[nodiscard]] bool hasRunningWork() const { return false; }
  void stopAndKeep() {}
};
}  // namespace pleinair::ui
#endif
#if __has_include("ui/panels/gallery/gallery_panel.h")
#include "ui/panels/gallery/gallery_panel.h"
#else
#include "ui/windows/pending_panel.h"
namespace pleinair::ui {
class GalleryPanel final : public PendingPanel {
 public:
  using PendingPanel::PendingPanel;
};
}  // namespace pleinair::ui
#endif
