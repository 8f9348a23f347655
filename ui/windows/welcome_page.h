#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/thumbnail_provider.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace pleinair::ui {

/// What the window shows without a project: one drop target, and the recent projects with a strip of their photos.
class WelcomePage final : public QWidget {
  Q_OBJECT
 public:
  WelcomePage(EngineBridge& bridge, ThumbnailProvider& thumbnails, QWidget* parent = nullptr);
  /// Reads the recent projects anew.
  void refresh();
  /// The recent projects are read; false while refresh() is under way.
  [[nodiscard]] bool isListed() const { return m_listed; }
  /// While something is dragged over the window.
  void setDropActive(bool active);

 Q_SIGNALS:
  void newRequested();
  void openRequested();
  void projectChosen(const QString& folder);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  EngineBridge& m_bridge;
  ThumbnailProvider& m_thumbnails;
  bool m_dropActive = false, m_listed = false;
  QLabel *m_icon, *m_title, *m_sentence, *m_recentTitle;
  QPushButton *m_new, *m_open;
  QWidget* m_recentHolder;
  QVBoxLayout* m_recent;
};

}  // namespace pleinair::ui
