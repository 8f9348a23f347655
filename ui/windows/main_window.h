#pragma once

#include <QMainWindow>
#include <QPointer>
#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "core/config/generation_request.h"
#include "ui/bridge/project_session.h"
#include "ui/bridge/thumbnail_provider.h"
#include "ui/dialogs/model_dialog.h"

class QStackedWidget;
class QTimer;

namespace pleinair::ui {

class CaptionsPanel;
class DatasetModel;
class DatasetPanel;
class DropFrame;
class GalleryPanel;
class HeaderBar;
class KeysOverlay;
class NoticeBar;
class StateView;
class StatusStrip;
class TrainingPanel;
class WelcomePage;
class WindowActions;

enum class PanelId { Dataset, Captions, Training, Gallery };

/// The window: welcome page or an open project with its four panels. It wires and routes; the work is the panels'.
class MainWindow final : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(EngineBridge& bridge, QWidget* parent = nullptr);
  ~MainWindow() override;

  /// Opens a project folder; photos and folders of photos become a new project.
  void openPaths(const std::vector<std::filesystem::path>& paths);
  void showPanel(PanelId panel);
  /// Nothing is being opened or listed: what is shown stays as it is until someone does something.
  [[nodiscard]] bool isSettled() const;

  [[nodiscard]] ProjectSession& session() { return m_session; }
  [[nodiscard]] HeaderBar& header() { return *m_header; }
  [[nodiscard]] DatasetPanel& dataset() { return *m_dataset; }
  [[nodiscard]] CaptionsPanel& captions() { return *m_captions; }
  [[nodiscard]] TrainingPanel& training() { return *m_training; }
  [[nodiscard]] GalleryPanel& gallery() { return *m_gallery; }
  [[nodiscard]] NoticeBar& skippedNotice() { return *m_skipped; }
  [[nodiscard]] NoticeBar& notice() { return *m_notice; }
  [[nodiscard]] NoticeBar& readOnlyNotice() { return *m_readOnly; }
  /// The page on models, while it is open.
  [[nodiscard]] ModelDialog* modelPage() const { return m_modelPage; }
  [[nodiscard]] StateView& errorPage() { return *m_error; }

 protected:
  void changeEvent(QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void build();
  void connectActions();
  void connectSession();
  void connectBridge();
  void connectPanels();
  void retranslate();
  void updateHeader();
  void showPage();

  /// A LoRA goes to Gallery, anything else to the model page.
  void openWeights(const std::filesystem::path& file);
  /// The page on models, with `model` on it where one is given.
  void showModelPage(const std::filesystem::path& model = {});
  void createProject(const std::filesystem::path& folder, std::vector<std::filesystem::path> sources);
  void askNewProject();
  void askOpenProject();
  void askPhotos();
  void askRename();
  /// After the import that a project was made for.
  void endFirstImport();
  void offerUndo(const QString& sentence);
  void reportSkipped();
  void foldSide(bool left);
  void openProject(const std::filesystem::path& folder);
  /// Asks what becomes of a running training, and ends other work; false: the artist stays.
  bool mayLeaveProject();
  /// False while a running job must end first; the window closes itself then.
  bool readyToClose();

  EngineBridge& m_bridge;
  ThumbnailProvider m_thumbnails;
  ProjectSession m_session;
  DatasetModel* m_model;
  WindowActions* m_actions;
  HeaderBar* m_header;
  NoticeBar *m_readOnly, *m_skipped, *m_notice;
  QStackedWidget *m_pages, *m_panels;
  WelcomePage* m_welcome;
  StateView* m_error;
  DatasetPanel* m_dataset;
  CaptionsPanel* m_captions;
  TrainingPanel* m_training;
  GalleryPanel* m_gallery;
  StatusStrip* m_status;
  KeysOverlay* m_keys;
  DropFrame* m_dropFrame;
  QPointer<ModelDialog> m_modelPage;
  QTimer* m_headerTimer;
  std::vector<std::filesystem::path> m_pendingSources;
  QStringList m_skippedLines;
  QString m_openError;
  std::map<std::pair<int, bool>, bool> m_folded;  ///< panel and side, for panels without a PanelSplitter
  JobId m_importJob = 0, m_firstImport = 0;
  int m_offerIndex = -1;  ///< where the undo stack stood when an undo was offered
  bool m_closing = false;
};

}  // namespace pleinair::ui
