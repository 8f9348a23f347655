#include "ui/panels/gallery/gallery_panel.h"

#include <QDragEnterEvent>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "core/config/samplers.h"
#include "ui/bridge/qt_convert.h"
#include "ui/panels/gallery/kept_settings.h"
#include "ui/panels/gallery/lora_list.h"
#include "ui/panels/gallery/recipe_form.h"
#include "ui/panels/gallery/sets_list.h"
#include "ui/style/tokens.h"
#include "ui/widgets/compare_view.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/picture_grid.h"
#include "ui/widgets/settings_form.h"
#include "ui/widgets/state_view.h"

namespace pleinair::ui {

namespace {

/// The first dropped file with that ending.
std::filesystem::path fileIn(const QMimeData* data, const char* ending) {
  for (const QUrl& url : data->urls()) {
    const std::filesystem::path file = toPath(url);
    if (toQString(file.extension()).compare(QLatin1String(ending), Qt::CaseInsensitive) == 0) return file;
  }
  return {};
}

constexpr const char* kPicture = ".png";
constexpr const char* kWeights = ".safetensors";

QString samplerName(const std::string& id) {
  const SamplerInfo* sampler = findSampler(id);
  if (sampler == nullptr) return QString::fromStdString(id);
  QString name = QString::fromUtf8(sampler->name.data(), static_cast<qsizetype>(sampler->name.size()));
  if (!sampler->schedule.empty()) name += QLatin1Char(' ') + QString::fromUtf8(sampler->schedule.data());
  return name;
}

}  // namespace

GalleryPanel::GalleryPanel(EngineBridge& bridge, ProjectSession& session, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_splitter(new QSplitter(Qt::Horizontal)),
      m_setsList(new SetsList(m_sets, m_loader)),
      m_pages(new QStackedWidget),
      m_state(new StateView),
      m_grid(new PictureGrid(m_loader)),
      m_large(new WipeView),
      m_compare(new CompareView(m_loader)),
      m_notice(new NoticeBar),
      m_form(new RecipeForm) {
  setAcceptDrops(true);
  m_setsList->setMinimumWidth(176);
  m_setsList->setMaximumWidth(360);
  m_splitter->addWidget(m_setsList);
  m_splitter->addWidget(buildMiddle());
  m_splitter->addWidget(buildInspector());
  m_splitter->setStretchFactor(1, 1);
  m_splitter->setChildrenCollapsible(false);
  m_splitter->setSizes({232, 900, 320});
  rememberSplitter(m_splitter, QStringLiteral("gallerySplitter"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_splitter);

  connect(m_grid, &PictureGrid::currentChanged, this, &GalleryPanel::showRecipe);
  connect(m_grid, &PictureGrid::opened, this, &GalleryPanel::showLarge);
  connect(m_large, &WipeView::closeRequested, this, &GalleryPanel::showPage);
  connect(m_large, &WipeView::walkRequested, this,
          [this](int sideways, int upright) { walkLarge(sideways + upright); });
  connect(&m_loader, &PictureLoader::loaded, this, [this] {
    if (m_pages->currentWidget() == m_large) loadLarge();
  });
  connect(m_compare, &CompareView::closeRequested, this, [this] {
    m_compared.clear();
    showPage();
  });
  connect(m_form, &RecipeForm::changed, this, &GalleryPanel::showCount);
  connectSets();
  connectJobs();
  retranslate();
  if (m_session.isOpen()) onOpened();
}

QWidget* GalleryPanel::buildMiddle() {
  auto* middle = new QWidget;
  m_pages->addWidget(m_state);
  m_pages->addWidget(m_grid);
  m_pages->addWidget(m_large);
  m_pages->addWidget(m_compare);
  m_notice->hide();
  auto* layout = new QVBoxLayout(middle);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_notice);
  layout->addWidget(m_pages, 1);
  layout->addWidget(buildRecipeStrip());
  return middle;
}

QWidget* GalleryPanel::buildRecipeStrip() {
  m_recipeStrip = new QWidget;
  m_recipeStrip->setProperty("surface", "panel");
  m_prompt = new QLabel;
  m_details = new QLabel;
  m_details->setProperty("role", "quiet");
  for (QLabel* label : {m_prompt, m_details}) {
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    label->setTextFormat(Qt::PlainText);
  }
  m_use = new QPushButton;
  m_use->setObjectName(QStringLiteral("useSettings"));
  m_back = new QPushButton;
  auto* texts = new QVBoxLayout;
  texts->setSpacing(4);
  texts->addWidget(m_prompt);
  texts->addWidget(m_details);
  auto* layout = new QHBoxLayout(m_recipeStrip);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kGap);
  layout->setSpacing(Metrics::kMargin);
  layout->addWidget(m_back);
  layout->addLayout(texts, 1);
  layout->addWidget(m_use);
  connect(m_back, &QPushButton::clicked, this, &GalleryPanel::showPage);
  connect(m_use, &QPushButton::clicked, this, [this] {
    const int index = m_grid->current();
    if (index < 0) return;
    const PictureGrid::Tile& tile = m_grid->tiles()[static_cast<std::size_t>(index)];
    tile.file.empty() ? applyRecipe({tile.recipe, {}, {}}) : applyRecipeOf(tile.file);
  });
  return m_recipeStrip;
}

QWidget* GalleryPanel::buildInspector() {
  m_inspector = new QWidget;
  m_inspector->setProperty("surface", "panel");
  m_inspector->setMinimumWidth(264);
  m_inspector->setMaximumWidth(420);
  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(m_form);
  m_progress = new QProgressBar;
  m_progress->setTextVisible(false);
  m_progressText = new QLabel;
  m_progressText->setProperty("role", "quiet");
  m_progressText->setWordWrap(true);
  m_generate = new QPushButton;
  m_generate->setProperty("primary", true);
  m_generate->setObjectName(QStringLiteral("generate"));
  m_cancel = new QPushButton;
  m_cancel->setObjectName(QStringLiteral("cancel"));
  m_besideBase = new QPushButton;
  m_checkpoints = new QPushButton;
  m_runsMenu = new QMenu(m_checkpoints);
  m_checkpoints->setMenu(m_runsMenu);
  auto* main = new QHBoxLayout;
  main->setSpacing(Metrics::kGap);
  main->addWidget(m_generate, 1);
  main->addWidget(m_cancel);
  auto* layout = new QVBoxLayout(m_inspector);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(scroll, 1);
  auto* foot = new QVBoxLayout;
  foot->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kMargin);
  foot->setSpacing(Metrics::kGap);
  foot->addWidget(m_progress);
  foot->addWidget(m_progressText);
  foot->addWidget(m_besideBase);
  foot->addWidget(m_checkpoints);
  foot->addLayout(main);
  layout->addLayout(foot);
  connect(m_generate, &QPushButton::clicked, this, &GalleryPanel::generate);
  connect(m_cancel, &QPushButton::clicked, this, &GalleryPanel::cancelAll);
  connect(m_runsMenu, &QMenu::aboutToShow, this, &GalleryPanel::fillRunsMenu);
  connect(m_besideBase, &QPushButton::clicked, this, [this] {
    Wish with{m_form->request(), m_form->suggestedName()};
    Wish without = with;
    without.request.loras.clear();
    without.name += QStringLiteral(" · ") + tr("base");
    with.name += QStringLiteral(" · ") + tr("LoRA");
    draw({without, with}, true);
  });
  return m_inspector;
}

bool GalleryPanel::isComparing() const { return m_pages->currentWidget() == m_compare; }

void GalleryPanel::setSideVisible(bool visible) { m_setsList->setVisible(visible); }

void GalleryPanel::setInspectorVisible(bool visible) { m_inspector->setVisible(visible); }

void GalleryPanel::showPage() {
  const QWidget* before = m_pages->currentWidget();
  if (!m_compared.empty()) {
    m_pages->setCurrentWidget(m_compare);
  } else if (!m_grid->tiles().empty()) {
    m_pages->setCurrentWidget(m_grid);
    if (before == m_large || before == m_compare) m_grid->setFocus();
  } else {
    m_pages->setCurrentWidget(m_state);
    m_state->showEmpty(
        QStringLiteral("image"), tr("No pictures yet"),
        tr("Write a prompt and press Generate. Or drop a picture that carries its recipe here, to take "
           "over its settings."));
  }
  showRecipe();
}

void GalleryPanel::showRecipe() {
  const int index = m_grid->current();
  const bool large = m_pages->currentWidget() == m_large;
  const bool any = index >= 0 && (large || m_pages->currentWidget() == m_grid);
  m_recipeStrip->setVisible(any);
  m_back->setVisible(large);
  if (!any) return;
  const PictureRecipe& recipe = m_grid->tiles()[static_cast<std::size_t>(index)].recipe;
  m_prompt->setText(recipe.prompt.empty() ? tr("without prompt") : QString::fromStdString(recipe.prompt));
  QStringList parts{samplerName(recipe.sampler), tr("%n step(s)", nullptr, recipe.steps),
                    tr("guidance %1").arg(QLocale::c().toString(recipe.guidanceScale, 'g', 3)),
                    tr("seed %1").arg(recipe.seed), QStringLiteral("%1 × %2").arg(recipe.width).arg(recipe.height)};
  if (!recipe.modelName.empty()) parts << modelTitle(recipe.modelName);
  for (const LoraReference& lora : recipe.loras) {
    parts << loraLabel(lora.file) + QStringLiteral(" × ") + QLocale::c().toString(lora.weight, 'g', 3);
  }
  parts << KeptSettings::describe(recipe);
  if (!recipe.negativePrompt.empty()) parts << tr("without: %1").arg(QString::fromStdString(recipe.negativePrompt));
  m_details->setText(parts.join(QStringLiteral(" · ")));
  m_details->setToolTip(m_details->text());
  m_prompt->setToolTip(m_prompt->text());
}

void GalleryPanel::showLarge(int) {
  m_pages->setCurrentWidget(m_large);
  m_large->showWhole();
  loadLarge();
  m_large->setFocus();
  showRecipe();
}

void GalleryPanel::loadLarge() {
  const int index = m_grid->current();
  if (index < 0) return;
  const auto& file = m_grid->tiles()[static_cast<std::size_t>(index)].file;
  const QImage picture = m_loader.picture(file);
  if (!picture.isNull()) m_large->setPictures(picture, toQString(file.filename()));
  if (picture.isNull() && m_loader.isBroken(file)) m_large->setMessage(tr("This picture cannot be read."));
}

void GalleryPanel::walkLarge(int by) {
  m_grid->setCurrent(m_grid->current() + by);
  loadLarge();
}

void GalleryPanel::applyRecipe(const FoundRecipe& found) {
  PictureRecipe recipe = found.recipe;
  const DeviceConfig own = m_bridge.deviceStatus().own;
  const DeviceChoice drew = recipe.device == DeviceChoice::Automatic ? DeviceChoice::Cpu : recipe.device;
  if (own.device == drew && own.precision == recipe.precision) {
    recipe.device = DeviceChoice::Automatic;  // as it is drawn anyway
    recipe.precision = PrecisionChoice::Automatic;
  }
  const auto gone = [&found](const std::filesystem::path& file) {
    return std::find(found.missing.begin(), found.missing.end(), file.string()) != found.missing.end();
  };
  if (gone(recipe.startImage)) recipe.startImage = recipe.startImage.filename();
  for (LoraReference& lora : recipe.loras) {
    if (gone(lora.file)) lora.file = lora.file.stem();
  }
  const QStringList missing =
      m_form->applyRecipe(recipe, found.model == m_session.modelFolder() ? std::filesystem::path() : found.model);
  if (missing.isEmpty()) {
    m_notice->showNotice(QStringLiteral("check"), tr("The settings of the picture are taken over."), {}, 5);
  } else {
    m_notice->showNotice(
        QStringLiteral("info"),
        tr("The settings are taken over, but for LoRAs that are not here: %1").arg(missing.join(u", ")));
  }
}

void GalleryPanel::showError(const Error& error) {
  m_notice->showNotice(QStringLiteral("warning"), EngineBridge::errorText(error));
  m_notice->setDetails({QString::fromStdString(error.text())});
}

void GalleryPanel::retranslate() {
  m_use->setText(tr("Use these settings"));
  m_back->setText(tr("Back to the set"));
  m_cancel->setText(tr("Cancel"));
  m_besideBase->setText(tr("Base beside LoRA"));
  m_besideBase->setToolTip(tr("Draws the same pictures with and without the LoRAs and compares them"));
  m_checkpoints->setText(tr("Checkpoints of one run"));
  m_checkpoints->setToolTip(tr("Draws a set for each checkpoint and compares them"));
  m_grid->setAccessibleName(tr("Pictures of the set"));
  m_large->setAccessibleName(tr("One picture large"));
  showCount();
  if (m_pages->currentWidget() == m_large) return showRecipe();
  showPage();
}

void GalleryPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

void GalleryPanel::dragEnterEvent(QDragEnterEvent* event) {
  const QMimeData* mime = event->mimeData();
  if (!fileIn(mime, kPicture).empty() || !fileIn(mime, kWeights).empty()) event->acceptProposedAction();
}

void GalleryPanel::dropEvent(QDropEvent* event) {
  const auto picture = fileIn(event->mimeData(), kPicture), weights = fileIn(event->mimeData(), kWeights);
  if (picture.empty() && weights.empty()) return;
  event->acceptProposedAction();
  if (!picture.empty()) applyRecipeOf(picture);
  if (!weights.empty()) Q_EMIT weightsDropped(weights);
}

}  // namespace pleinair::ui
