#pragma once

#include <QWidget>

#include "ui/bridge/picture_loader.h"
#include "ui/bridge/project_session.h"
#include "ui/models/dataset_model.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QTimer;

namespace pleinair::ui {

class CaptionEdit;
class CaptionTools;
class FlowRow;
class ImageView;
class PhotoGrid;
class StateView;
class TokenMeter;

/// One photo large, its caption beside it, all others as a filmstrip.
class CaptionsPanel final : public QWidget {
  Q_OBJECT
 public:
  CaptionsPanel(EngineBridge& bridge, ProjectSession& session, ThumbnailProvider& thumbnails, DatasetModel& model,
                QWidget* parent = nullptr);

  /// Shows the photo with this relative path and puts the cursor into its caption.
  void showPhoto(const QString& path);
  void showNextWithoutCaption();
  void step(int direction);
  void focusFind();
  [[nodiscard]] CaptionEdit& editor() { return *m_editor; }
  [[nodiscard]] TokenMeter& meter() { return *m_meter; }
  [[nodiscard]] CaptionTools& tools() { return *m_tools; }
  [[nodiscard]] QString currentPath() const { return m_path; }

 Q_SIGNALS:
  /// A sentence for the undo offer.
  void applied(const QString& sentence);
  void requestPanel(int panel);

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* buildPicture();
  QWidget* buildEditor();
  void connectAll();
  void retranslate();
  void showRow(int row);
  void showPicture();
  void followCaption();
  void updateMeter();
  void updateWords();
  void updateCounts();
  [[nodiscard]] QList<int> selectedRows() const;
  [[nodiscard]] int currentRow() const { return m_session.rowOf(m_path); }

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  ThumbnailProvider& m_thumbnails;
  DatasetModel& m_model;
  PictureLoader m_loader;
  QString m_path;
  QString m_typingKey;  ///< joins typing on one photo into one undo step
  int m_typingRuns = 0;
  bool m_pictureIsSharp = false;
  ImageView* m_view;
  PhotoGrid* m_strip;
  CaptionEdit* m_editor;
  TokenMeter* m_meter;
  CaptionTools* m_tools = nullptr;
  StateView* m_state;
  QStackedWidget* m_stack;
  QLabel *m_name, *m_place, *m_wordsTitle;
  QPushButton *m_trigger, *m_next;
  QWidget* m_words;
  QTimer *m_pause, *m_recount;
};

}  // namespace pleinair::ui
