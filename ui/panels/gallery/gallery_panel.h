#pragma once

#include <QWidget>
#include <functional>
#include <vector>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/picture_loader.h"
#include "ui/bridge/project_session.h"
#include "ui/models/sets_model.h"

class QLabel;
class QMenu;
class QProgressBar;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace pleinair::ui {

class CompareView;
class NoticeBar;
class PictureGrid;
class RecipeForm;
class SetsList;
class StateView;
class WipeView;

/// Sets at the left, the open set or a comparison in the middle, the recipe at the right. GUI thread only.
class GalleryPanel final : public QWidget {
  Q_OBJECT
 public:
  /// A set to draw: what, and how it shall be called.
  struct Wish {
    GenerationRequest request;
    QString name;
  };

  GalleryPanel(EngineBridge& bridge, ProjectSession& session, QWidget* parent = nullptr);

  /// Fills the fields with a picture's recipe, and keeps what they cannot show.
  void applyRecipe(const FoundRecipe& found);
  /// Reads the recipe of a PNG off the GUI thread and applies it, or says why there is none.
  void applyRecipeOf(const std::filesystem::path& png);
  /// What Generate does.
  void generate();
  /// Draws the run's sample prompts with and without its adapter, and compares the two sets.
  void compareBeforeAfter(const TrainingConfig& config, const std::filesystem::path& checkpoint);
  /// Draws sets one after another; with `compare` they are shown side by side as they fill.
  void draw(std::vector<Wish> wishes, bool compare);
  void cancelAll();
  /// Takes a LoRA file in and offers the page on what it is.
  void addLora(const std::filesystem::path& file);
  void openSet(const std::filesystem::path& folder);
  void compareSets(const std::vector<std::filesystem::path>& folders);

  [[nodiscard]] RecipeForm& form() { return *m_form; }
  [[nodiscard]] SetsModel& sets() { return m_sets; }
  [[nodiscard]] SetsList& setsList() { return *m_setsList; }
  [[nodiscard]] PictureGrid& grid() { return *m_grid; }
  [[nodiscard]] CompareView& compareView() { return *m_compare; }
  [[nodiscard]] bool hasRunningWork() const { return !m_jobs.empty(); }
  [[nodiscard]] bool isComparing() const;
  void setSideVisible(bool visible);
  void setInspectorVisible(bool visible);

 Q_SIGNALS:
  /// 0 Dataset, 1 Captions, 2 Training, 3 Gallery.
  void requestPanel(int panel);
  /// A weights file was dropped here: a LoRA or a model, which is for the owner to find out.
  void weightsDropped(const std::filesystem::path& file);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  struct Running {
    JobId job = 0;
    SetRecord record;
    std::vector<PictureRecipe> expected;  ///< one for each picture of the set, in its order
    bool begun = false;
  };

  QWidget* buildMiddle();
  QWidget* buildRecipeStrip();
  QWidget* buildInspector();
  void connectJobs();
  void connectSets();
  void retranslate();
  void onOpened();
  void reload();
  void showPage();
  void showCount();
  /// While no set of ours is drawn yet: what the engine does before them.
  void showWaiting(double secondsLeft = -1);
  void showRecipe();
  void showLarge(int index);
  void loadLarge();
  void walkLarge(int by);
  void showTiles(const SetRecord& record);
  [[nodiscard]] QStringList promptsToTry() const;
  void proposePrompts();
  void followModel();
  void fillRunsMenu();
  void submit(std::vector<Wish> wishes, std::vector<std::filesystem::path> folders, bool compare);
  [[nodiscard]] Running* running(JobId job);
  [[nodiscard]] const Running* runningIn(const std::filesystem::path& folder) const;
  void onPicture(Running& job, const event::PictureReady& picture);
  void onProgress(Running& job, const event::Progress& progress);
  void onFinished(JobId job, const event::Finished& result);
  void trash(const std::vector<std::filesystem::path>& folders);
  void restoreTrashed();
  void rename(const std::filesystem::path& folder, const QString& name);
  void showError(const Error& error);

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  PictureLoader m_loader;
  SetsModel m_sets;
  std::vector<Running> m_jobs;
  std::vector<RunSummary> m_runs;
  std::filesystem::path m_open;  // the set that is shown
  std::vector<std::filesystem::path> m_compared;
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> m_trashed;  // where it is, where it was
  std::function<void()> m_noticeAction;                                            // what the notice's button does
  bool m_sized = false, m_proposed = false;
  int m_nativeSize = 0;  // of the model, which the form was given

  QSplitter* m_splitter;
  SetsList* m_setsList;
  QStackedWidget* m_pages;
  StateView* m_state;
  PictureGrid* m_grid;
  WipeView* m_large;
  CompareView* m_compare;
  NoticeBar* m_notice;
  QWidget *m_recipeStrip, *m_inspector;
  QLabel *m_prompt, *m_details, *m_progressText;
  QPushButton *m_use, *m_back, *m_generate, *m_cancel, *m_besideBase, *m_checkpoints;
  QMenu* m_runsMenu;
  QProgressBar* m_progress;
  RecipeForm* m_form;
};

}  // namespace pleinair::ui
