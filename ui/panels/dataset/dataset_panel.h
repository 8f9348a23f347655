#pragma once

#include <QListWidget>
#include <QWidget>

#include "ui/bridge/project_session.h"
#include "ui/models/dataset_model.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class QStackedWidget;
class QTimer;

namespace pleinair::ui {

class FullLook;
class PanelSplitter;
class PhotoGrid;
class PhotoInspector;
class StateView;

/// The photos of the project: groups at the left, the grid, what is known of the selection at the right.
class DatasetPanel final : public QWidget {
  Q_OBJECT
 public:
  DatasetPanel(EngineBridge& bridge, ProjectSession& session, ThumbnailProvider& thumbnails, DatasetModel& model,
               QWidget* parent = nullptr);

  [[nodiscard]] PhotoGrid& grid() { return *m_grid; }
  [[nodiscard]] QList<int> selectedRows() const;
  void focusFilter();
  void selectPath(const QString& path);

 Q_SIGNALS:
  void addPhotosRequested();
  void captionRequested(const QString& path);
  /// After photos were taken out, for the undo offer.
  void photosRemoved(int count);
  void requestPanel(int panel);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* buildMiddle();
  QWidget* buildGroups();
  void connectGrid();
  void retranslate();
  void refreshGroups();
  void showGroup(QListWidgetItem* item);
  void updateState();
  void removeSelected();
  void starSelected();
  void look(const QModelIndex& index);
  void closeLook();
  void showMenu(const QPoint& position);

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  ThumbnailProvider& m_thumbnails;
  DatasetModel& m_model;
  DatasetFilter m_filter;
  QListWidget* m_groups;
  PhotoGrid* m_grid;
  PhotoInspector* m_inspector;
  FullLook* m_look;
  StateView* m_state;
  QStackedWidget* m_stack;
  QPushButton* m_add;
  QLineEdit* m_search;
  QSlider* m_size;
  QLabel *m_smaller, *m_larger;
  QWidget* m_toolbar;
  QTimer* m_refresh;
};

}  // namespace pleinair::ui
