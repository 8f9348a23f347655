// The panel's work with the engine and the disk: drawing sets, reopening, renaming and trashing them.
#include <QDateTime>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>
#include <cmath>
#include <memory>
#include <system_error>
#include <tuple>

#include "core/config/recipe.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/lora_info_dialog.h"
#include "ui/panels/gallery/gallery_panel.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/panels/gallery/recipe_form.h"
#include "ui/panels/gallery/sets_list.h"
#include "ui/widgets/compare_view.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/picture_grid.h"

namespace pleinair::ui {

namespace {

constexpr std::size_t kMostCompared = 4;
constexpr int kUndoSeconds = 12;

std::vector<PictureRecipe> expectedPictures(const GenerationRequest& request) {
  std::vector<PictureRecipe> all;
  for (const std::string& prompt : request.prompts) {
    for (int picture = 0; picture < request.count; ++picture) {
      all.push_back(recipeOf(request, prompt, request.seed + static_cast<std::uint64_t>(picture)));
      all.back().modelName = request.model.filename().string();
    }
  }
  return all;
}

}  // namespace

void GalleryPanel::connectSets() {
  connect(&m_session, &ProjectSession::opened, this, &GalleryPanel::onOpened);
  connect(&m_session, &ProjectSession::closed, this, [this] {
    m_sets.setSets({});
    m_compared.clear();
    m_open.clear();
    m_trashed.clear();
    m_grid->setTiles({});
    showPage();
    showCount();
  });
  connect(&m_session, &ProjectSession::modelRead, this, [this] {
    if (m_sized) followModel();
  });
  connect(m_setsList, &SetsList::chosen, this, &GalleryPanel::openSet);
  connect(m_setsList, &SetsList::compareRequested, this, &GalleryPanel::compareSets);
  connect(m_setsList, &SetsList::trashRequested, this, &GalleryPanel::trash);
  connect(&m_sets, &SetsModel::renameRequested, this, &GalleryPanel::rename);
  connect(&m_sets, &SetsModel::compareRequested, this,
          [this](const std::filesystem::path& first, const std::filesystem::path& second) {
            compareSets({first, second});
          });
  connect(m_notice, &NoticeBar::actionTriggered, this, [this] {
    if (m_noticeAction) m_noticeAction();
  });
}

void GalleryPanel::onOpened() {
  m_sized = m_proposed = false;
  m_compared.clear();
  m_open.clear();
  m_grid->setTiles({});
  m_setsList->setReadOnly(m_session.readOnly());
  reload();
  showPage();
  showCount();
}

void GalleryPanel::reload() {
  if (!m_session.isOpen()) return;
  struct Found {
    std::vector<SetRecord> sets;
    std::vector<RunSummary> runs;
  };
  const auto found = std::make_shared<Found>();
  const auto look = [found, project = m_session.folder()] {
    found->sets = listSets(project);
    found->runs = listRuns(project);
  };
  m_bridge.post(look, this, [this, found, project = m_session.folder()] {
    if (!m_session.isOpen() || m_session.folder() != project) return;
    m_sets.setSets(std::move(found->sets));
    for (const Running& job : m_jobs) m_sets.put(job.record);
    m_runs = std::move(found->runs);
    m_form->loras().setRuns(m_runs);
    followModel();
    proposePrompts();
    if (m_open.empty() && m_compared.empty() && m_sets.rowCount() > 0) openSet(m_sets.at(0).folder);
    m_setsList->select(m_open);
    showCount();
  });
}

void GalleryPanel::followModel() {
  const GenerationRequest now = m_form->request();
  const bool untouched = !m_sized || (now.width == m_nativeSize && now.height == m_nativeSize);
  m_sized = true;
  const auto& outline = m_session.modelReading().outline;
  if (!outline) return;
  m_nativeSize = outline->basis().nativeSize;
  if (untouched) m_form->setSize(m_nativeSize, m_nativeSize);
}

void GalleryPanel::proposePrompts() {
  // A new project has no words yet when it is opened. What the artist cleared is left alone.
  if (m_proposed || !m_sized) return;
  QStringList prompts = promptsToTry();
  prompts.removeAll(QString());
  m_proposed = !prompts.isEmpty();
  if (m_proposed) m_form->proposePrompts(prompts);
}

void GalleryPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  proposePrompts();
}

QStringList GalleryPanel::promptsToTry() const {
  QStringList prompts;
  if (m_sets.rowCount() > 0) {
    for (const auto& picture : m_sets.at(0).set.pictures) prompts << QString::fromStdString(picture.recipe.prompt);
  } else if (!m_runs.empty()) {
    for (const std::string& prompt : m_runs.front().config.samplePrompts) prompts << QString::fromStdString(prompt);
  } else {
    const auto& photos = m_session.photos();
    const auto told = std::find_if(photos.begin(), photos.end(),
                                   [](const PhotoRow& photo) { return !photo.caption.trimmed().isEmpty(); });
    prompts << (told != photos.end() ? told->caption.trimmed() : QString::fromStdString(m_session.project().trigger));
  }
  prompts.removeDuplicates();
  return prompts;
}

void GalleryPanel::showTiles(const SetRecord& record) {
  std::vector<PictureGrid::Tile> tiles;
  if (const Running* job = runningIn(record.folder)) {
    for (const PictureRecipe& recipe : job->expected) tiles.push_back({{}, recipe});
  }
  for (std::size_t index = 0; index < record.set.pictures.size(); ++index) {
    const auto& picture = record.set.pictures[index];
    if (index >= tiles.size()) tiles.emplace_back();
    tiles[index] = {record.folder / picture.file, picture.recipe};
  }
  m_grid->setTiles(std::move(tiles));
}

void GalleryPanel::openSet(const std::filesystem::path& folder) {
  const SetRecord* record = m_sets.find(folder);
  if (record == nullptr) return;
  m_open = folder;
  m_compared.clear();
  showTiles(*record);
  m_setsList->select(folder);
  showPage();
}

void GalleryPanel::compareSets(const std::vector<std::filesystem::path>& folders) {
  std::vector<SetRecord> records;
  m_compared.clear();
  for (const auto& folder : folders) {
    const SetRecord* record = m_sets.find(folder);
    if (record == nullptr || records.size() == kMostCompared) continue;
    records.push_back(*record);
    m_compared.push_back(folder);
  }
  if (records.size() < 2) m_compared.clear();
  if (m_compared.empty()) return showPage();
  m_compare->setSets(std::move(records));
  m_setsList->selectAll(m_compared);
  showPage();
}

void GalleryPanel::generate() {
  if (!m_session.isOpen() || !m_generate->isEnabled()) return;
  draw({{m_form->request(), m_form->suggestedName()}}, false);
}

void GalleryPanel::compareBeforeAfter(const TrainingConfig& config, const std::filesystem::path& checkpoint) {
  Wish before;
  before.request.prompts = config.samplePrompts;
  if (before.request.prompts.empty()) before.request.prompts.push_back(m_session.project().trigger);
  before.request.negativePrompt = config.sampleNegativePrompt;
  before.request.sampler = config.sampleSampler;
  before.request.steps = config.sampleSteps;
  before.request.guidanceScale = config.sampleGuidance;
  before.request.seed = config.sampleSeed;
  before.request.sampling.prediction = config.prediction;
  before.request.sampling.zeroTerminalSnr = config.zeroTerminalSnr;
  before.request.width = before.request.height = config.resolution;
  before.request.model = config.model;
  before.request.count = before.request.prompts.size() > 2 ? 1 : 2;
  const QString name = QString::fromStdString(config.name);
  Wish after = before;
  after.request.loras = {{checkpoint, 1.0}};
  before.name = tr("%1 before").arg(name);
  after.name = tr("%1 after").arg(name);
  // In the size of the run's own samples, which have the photos' aspect.
  const auto size = std::make_shared<std::pair<int, int>>();
  const auto look = [size, run = checkpoint.parent_path().parent_path()] { *size = sampleSize(run); };
  m_bridge.post(look, this, [this, size, before, after, project = m_session.folder()]() mutable {
    if (!m_session.isOpen() || m_session.folder() != project) return;
    if (size->first > 0 && size->second > 0) {
      for (GenerationRequest* request : {&before.request, &after.request}) {
        std::tie(request->width, request->height) = *size;
      }
    }
    draw({before, after}, true);
  });
}

void GalleryPanel::draw(std::vector<Wish> wishes, bool compare) {
  if (!m_session.isOpen() || wishes.empty()) return;
  for (Wish& wish : wishes) {
    if (wish.request.model.empty()) wish.request.model = m_session.modelFolder();
  }
  const auto folders = std::make_shared<std::vector<std::filesystem::path>>();
  QStringList names;
  for (const Wish& wish : wishes) names << wish.name;
  // The folders are taken at once, so that two sets of one name never meet.
  const auto reserve = [folders, names, project = m_session.folder()] {
    for (const QString& name : names) {
      folders->push_back(freeSetFolder(project, name));
      std::error_code ignored;
      std::filesystem::create_directories(folders->back(), ignored);
    }
  };
  m_bridge.post(reserve, this, [this, folders, wishes = std::move(wishes), compare, project = m_session.folder()] {
    if (m_session.isOpen() && m_session.folder() == project) submit(wishes, *folders, compare);
  });
}

void GalleryPanel::submit(std::vector<Wish> wishes, std::vector<std::filesystem::path> folders, bool compare) {
  m_notice->hide();
  const std::string now = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
  for (std::size_t index = 0; index < wishes.size(); ++index) {
    const Wish& wish = wishes[index];
    Running job;
    job.expected = expectedPictures(wish.request);
    job.record = {folders[index], {wish.name.toStdString(), now, wish.request.model, {}}};
    job.job = m_bridge.generate(wish.request, folders[index], wish.name);
    m_sets.put(job.record);
    m_jobs.push_back(std::move(job));
  }
  if (compare) {
    compareSets(folders);
  } else {
    openSet(folders.front());
  }
  showCount();
}

void GalleryPanel::fillRunsMenu() {
  m_runsMenu->clear();
  for (const RunSummary& run : m_runs) {
    if (run.checkpoints.empty()) continue;
    m_runsMenu->addAction(run.name, this, [this, run] {
      std::vector<Wish> wishes;
      // The latest four: more columns than that cannot be compared.
      const std::size_t count = std::min(kMostCompared, run.checkpoints.size());
      for (std::size_t index = run.checkpoints.size() - count; index < run.checkpoints.size(); ++index) {
        Wish wish{m_form->request(), tr("%1 step %2").arg(run.name).arg(run.checkpoints[index].step)};
        wish.request.model = run.config.model;
        wish.request.loras = {{run.checkpoints[index].file, 1.0}};
        wishes.push_back(std::move(wish));
      }
      draw(std::move(wishes), true);
    });
  }
  if (m_runsMenu->isEmpty()) m_runsMenu->addAction(tr("No run has saved a checkpoint yet"))->setEnabled(false);
}

void GalleryPanel::cancelAll() {
  for (const Running& job : m_jobs) m_bridge.cancel(job.job);
  m_cancel->setEnabled(false);
}

GalleryPanel::Running* GalleryPanel::running(JobId job) {
  const auto found =
      std::find_if(m_jobs.begin(), m_jobs.end(), [job](const Running& each) { return each.job == job; });
  return found == m_jobs.end() ? nullptr : &*found;
}

const GalleryPanel::Running* GalleryPanel::runningIn(const std::filesystem::path& folder) const {
  const auto found =
      std::find_if(m_jobs.begin(), m_jobs.end(), [&](const Running& each) { return each.record.folder == folder; });
  return found == m_jobs.end() ? nullptr : &*found;
}

void GalleryPanel::addLora(const std::filesystem::path& file) {
  m_form->loras().add(file);
  m_noticeAction = [this, file] { LoraInfoDialog::showFor(m_bridge, file, this); };
  m_notice->showNotice(QStringLiteral("check"), tr("“%1” acts on the next pictures.").arg(loraLabel(file)),
                       tr("About this LoRA"), kUndoSeconds);
}

void GalleryPanel::connectJobs() {
  connect(&m_form->loras(), &LoraList::infoWanted, this,
          [this](const std::filesystem::path& file) { LoraInfoDialog::showFor(m_bridge, file, this); });
  connect(&m_bridge, &EngineBridge::started, this, [this](quint64 id) {
    if (Running* job = running(id)) job->begun = true;
  });
  connect(&m_bridge, &EngineBridge::trainingSteps, this,
          [this](quint64, const std::vector<event::TrainingStep>& steps) { showWaiting(steps.back().secondsLeft); });
  connect(&m_bridge, &EngineBridge::stageChanged, this, [this](quint64 id, const std::string& stage, qint64) {
    if (running(id)) m_progressText->setText(EngineBridge::stageText(stage));
  });
  connect(&m_bridge, &EngineBridge::progressed, this, [this](quint64 id, const event::Progress& progress) {
    if (Running* job = running(id)) onProgress(*job, progress);
  });
  connect(&m_bridge, &EngineBridge::pictureReady, this, [this](quint64 id, const event::PictureReady& picture) {
    if (Running* job = running(id)) onPicture(*job, picture);
  });
  connect(&m_bridge, &EngineBridge::finished, this,
          [this](quint64 id, const event::Finished& result) { onFinished(id, result); });
  // A run that ended or saved brings checkpoints to choose from.
  connect(&m_bridge, &EngineBridge::checkpointSaved, this, [this] { reload(); });
}

void GalleryPanel::onProgress(Running& job, const event::Progress& progress) {
  if (progress.total <= 0 || job.expected.empty()) return;
  m_progress->setRange(0, static_cast<int>(progress.total));
  m_progress->setValue(static_cast<int>(progress.done));
  const double drawn = static_cast<double>(progress.done) / static_cast<double>(progress.total) *
                       static_cast<double>(job.expected.size());
  const auto ready = static_cast<double>(job.record.set.pictures.size());
  if (job.record.folder == m_open) m_grid->setProgress(std::clamp(drawn - ready, 0.0, 1.0));
  const int next = std::min(static_cast<int>(job.expected.size()), static_cast<int>(ready) + 1);
  QString text = tr("Picture %1 of %2").arg(next).arg(job.expected.size());
  if (m_jobs.size() > 1) text += QStringLiteral(" · ") + QString::fromStdString(job.record.set.name);
  if (const QString left = timeLeftText(progress.secondsLeft); !left.isEmpty()) text += QStringLiteral(" · ") + left;
  m_progressText->setText(text);
}

void GalleryPanel::onPicture(Running& job, const event::PictureReady& picture) {
  m_loader.forget(picture.file);
  job.record.set.pictures.push_back({picture.file.filename().string(), picture.recipe});
  m_sets.put(job.record);
  if (job.record.folder == m_open) m_grid->setTile(picture.index, {picture.file, picture.recipe});
  m_compare->updateSet(job.record);
}

void GalleryPanel::onFinished(JobId id, const event::Finished& result) {
  const Running* found = running(id);
  if (found == nullptr) return;
  const Running job = *found;
  std::erase_if(m_jobs, [id](const Running& each) { return each.job == id; });
  if (result.outcome == event::Outcome::Failed) showError(result.error);
  if (result.outcome == event::Outcome::Cancelled) {
    m_notice->showNotice(
        QStringLiteral("info"),
        tr("Cancelled: %1 of %2 pictures are kept.").arg(job.record.set.pictures.size()).arg(job.expected.size()), {},
        8);
  }
  if (job.record.set.pictures.empty()) {
    m_sets.remove(job.record.folder);
    // Only the empty folder that was reserved goes: remove() leaves one with files in it.
    m_bridge.post(
        [folder = job.record.folder] {
          std::error_code ignored;
          std::filesystem::remove(folder, ignored);
        },
        this, [] {});
    if (job.record.folder == m_open) {
      m_open.clear();
      m_grid->setTiles({});
    }
    if (std::find(m_compared.begin(), m_compared.end(), job.record.folder) != m_compared.end()) m_compared.clear();
    showPage();
  } else if (job.record.folder == m_open && m_compared.empty()) {
    const int current = m_grid->current();
    if (const SetRecord* record = m_sets.find(m_open)) showTiles(*record);
    m_grid->setCurrent(current);
  }
  showCount();
}

void GalleryPanel::showCount() {
  const GenerationRequest request = m_form->request();
  const int count = static_cast<int>(request.prompts.size()) * request.count;
  m_generate->setText(tr("Generate %n picture(s)", nullptr, count));
  const bool can = m_session.isOpen() && !m_session.readOnly() && !m_session.modelFolder().empty();
  const bool busy = !m_jobs.empty();
  m_generate->setEnabled(can);
  m_besideBase->setEnabled(can && !request.loras.empty());
  m_checkpoints->setEnabled(can);
  m_cancel->setVisible(busy);
  m_cancel->setEnabled(busy);
  m_progress->setVisible(busy);
  const bool mute = m_session.isOpen() && !can && !busy;  // says why nothing can be drawn
  m_progressText->setVisible(busy || mute);
  if (!busy) {
    m_progressText->setText(!mute ? QString()
                            : m_session.readOnly()
                                ? tr("This project is open read-only: a set could not be kept.")
                                : tr("No model is chosen, and the starter model is not installed."));
    m_progress->setValue(0);
  } else {
    showWaiting();
  }
}

void GalleryPanel::showWaiting(double secondsLeft) {
  const bool begun = std::any_of(m_jobs.begin(), m_jobs.end(), [](const Running& job) { return job.begun; });
  if (m_jobs.empty() || begun) return;
  // The engine draws and trains in the order it was asked to.
  for (const JobId job : m_bridge.activeJobs()) {
    if (m_bridge.kindOf(job) == JobKind::Import) continue;
    if (job == m_jobs.front().job) break;
    QString text =
        m_bridge.kindOf(job) == JobKind::Train
            ? tr("Waits for %1: the pictures are drawn when it ends or is stopped.").arg(m_bridge.titleOf(job))
            : tr("Waits for %1.").arg(m_bridge.titleOf(job));
    if (const QString left = timeLeftText(secondsLeft); !left.isEmpty()) text += QStringLiteral(" ") + left;
    return m_progressText->setText(text);
  }
  m_progressText->setText(tr("Begins in a moment"));
}

void GalleryPanel::applyRecipeOf(const std::filesystem::path& png) {
  const auto recipe = std::make_shared<Result<FoundRecipe>>(Error{});
  m_bridge.post([recipe, png] { *recipe = recipeOfPicture(png); }, this,
                [this, recipe] {
                  if (*recipe) {
                    applyRecipe(**recipe);
                  } else {
                    showError(recipe->error());
                  }
                });
}

void GalleryPanel::rename(const std::filesystem::path& folder, const QString& name) {
  const SetRecord* record = m_sets.find(folder);
  if (record == nullptr || runningIn(folder) != nullptr)
    return;  // a set that is being drawn is written by the engine
  const QString before = QString::fromStdString(record->set.name);
  m_sets.rename(folder, name);
  const auto result = std::make_shared<Result<void>>();
  m_bridge.post([result, folder, text = name.toStdString()] { *result = renameSet(folder, text); }, this,
                [this, result, folder, before] {
                  if (*result) return;
                  m_sets.rename(folder, before);
                  showError(result->error());
                });
}

void GalleryPanel::trash(const std::vector<std::filesystem::path>& folders) {
  if (m_session.readOnly()) return;
  struct Outcome {
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> moved;
    std::vector<Error> errors;
  };
  const auto outcome = std::make_shared<Outcome>();
  std::vector<std::filesystem::path> removable;
  for (const auto& folder : folders) {
    if (runningIn(folder) == nullptr) removable.push_back(folder);
  }
  if (removable.empty()) return;
  m_bridge.post(
      [outcome, removable, project = m_session.folder()] {
        for (const auto& folder : removable) {
          auto moved = trashSet(project, folder);
          if (moved) {
            outcome->moved.emplace_back(*moved, folder);
          } else {
            outcome->errors.push_back(moved.error());
          }
        }
      },
      this,
      [this, outcome] {
        for (const auto& [trashed, folder] : outcome->moved) {
          m_sets.remove(folder);
          if (folder == m_open) {
            m_open.clear();
            m_grid->setTiles({});
          }
        }
        m_compared.clear();
        m_trashed = outcome->moved;
        if (m_open.empty() && m_sets.rowCount() > 0) openSet(m_sets.at(0).folder);
        showPage();
        if (!outcome->errors.empty()) return showError(outcome->errors.front());
        m_noticeAction = [this] { restoreTrashed(); };
        m_notice->showNotice(QStringLiteral("trash"),
                             tr("%n set(s) moved to the trash.", nullptr, static_cast<int>(m_trashed.size())),
                             tr("Undo"), kUndoSeconds);
      });
}

void GalleryPanel::restoreTrashed() {
  if (m_trashed.empty()) return;
  const auto failed = std::make_shared<std::vector<Error>>();
  const auto back = [failed, trashed = std::exchange(m_trashed, {})] {
    for (const auto& [from, to] : trashed) {
      if (auto result = restoreSet(from, to); !result) failed->push_back(result.error());
    }
  };
  m_notice->hide();
  m_bridge.post(back, this, [this, failed] {
    if (!failed->empty()) showError(failed->front());
    reload();
  });
}

}  // namespace pleinair::ui
