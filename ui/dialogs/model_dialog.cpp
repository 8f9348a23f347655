#include "ui/dialogs/model_dialog.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <utility>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/model_reader.h"
#include "ui/bridge/qt_convert.h"
#include "ui/dialogs/fact_form.h"
#include "ui/style/tokens.h"
#include "ui/widgets/drop_target.h"

namespace pleinair::ui {
namespace {

constexpr int kListWidth = 220;
constexpr int kPathRole = Qt::UserRole;

std::filesystem::path droppedModel(const QMimeData* mime) {
  const QList<QUrl> urls = mime->urls();
  return urls.isEmpty() ? std::filesystem::path() : toPath(urls.front());
}

QString millions(std::int64_t count) {
  const double value = static_cast<double>(count) / 1e6;
  return QLocale().toString(value, 'f', value < 100 ? 1 : 0);
}

}  // namespace

ModelDialog::ModelDialog(EngineBridge& bridge, ProjectSession& session, ModelUse use, Measured measured,
                         QWidget* parent)
    : QDialog(parent),
      m_bridge(bridge),
      m_session(session),
      m_use(std::move(use)),
      m_measured(std::move(measured)),
      m_drop(new DropTarget),
      m_list(new QListWidget),
      m_listTitle(new QLabel),
      m_title(selectableText({}, "title")),
      m_path(selectableText({}, "quiet")),
      m_hint(new QLabel),
      m_scroll(new QScrollArea),
      m_file(new QPushButton),
      m_folder(new QPushButton),
      m_remove(new QPushButton),
      m_close(new QPushButton),
      m_choose(new QPushButton) {
  setAcceptDrops(true);
  const DeviceStatus device = bridge.deviceStatus();
  m_use.halfPrecision = device.halfPrecision;
  m_use.cpuMemoryBytes = device.isGpu ? 0 : device.memoryTotalBytes;
  m_drop->addButton(m_file);
  m_drop->addButton(m_folder);
  m_hint->setProperty("role", "quiet");
  m_hint->setWordWrap(true);
  m_choose->setProperty("primary", true);
  m_choose->setObjectName(QStringLiteral("useModel"));
  m_choose->setDefault(true);
  for (QPushButton* button : {m_file, m_folder, m_remove, m_close}) button->setAutoDefault(false);

  auto* middle = new QHBoxLayout;
  middle->setSpacing(Metrics::kWideMargin);
  middle->addWidget(buildList());
  middle->addWidget(buildPage(), 1);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::kGap);
  buttons->addWidget(m_hint, 1);
  buttons->addWidget(m_close);
  buttons->addWidget(m_choose);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(16);
  layout->addWidget(m_drop);
  layout->addLayout(middle, 1);
  layout->addLayout(buttons);
  resize(820, 620);

  connect(m_file, &QPushButton::clicked, this, &ModelDialog::askFile);
  connect(m_folder, &QPushButton::clicked, this, &ModelDialog::askFolder);
  connect(m_remove, &QPushButton::clicked, this, &ModelDialog::removeCurrent);
  connect(m_close, &QPushButton::clicked, this, &QDialog::reject);
  connect(m_choose, &QPushButton::clicked, this, &ModelDialog::useSelected);
  connect(m_list, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
    if (item != nullptr && !m_filling) select(toPath(item->data(kPathRole).toString()));
  });
  connect(m_list, &QListWidget::itemDoubleClicked, this, &ModelDialog::useSelected);
  for (const auto signal : {&ProjectSession::opened, &ProjectSession::closed, &ProjectSession::projectChanged}) {
    connect(&m_session, signal, this, &ModelDialog::updateButtons);
  }
  m_shown = m_session.modelFolder();
  if (m_shown.empty()) m_shown = starterModelFolder();
  fillList();
  retranslate();
  select(m_shown);
  m_list->setFocus();
}

QWidget* ModelDialog::buildList() {
  auto* side = new QWidget;
  side->setFixedWidth(kListWidth);
  m_listTitle->setProperty("role", "quiet");
  m_list->setObjectName(QStringLiteral("models"));
  m_list->setTextElideMode(Qt::ElideMiddle);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->installEventFilter(this);
  m_remove->setProperty("flat", true);
  m_remove->setObjectName(QStringLiteral("removeModel"));
  auto* layout = new QVBoxLayout(side);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_listTitle);
  layout->addWidget(m_list, 1);
  layout->addWidget(m_remove, 0, Qt::AlignLeft);
  return side;
}

QWidget* ModelDialog::buildPage() {
  auto* page = new QWidget;
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setWidgetResizable(true);
  m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_path->setObjectName(QStringLiteral("modelPath"));
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_title);
  layout->addWidget(m_path);
  layout->addWidget(m_scroll, 1);
  return page;
}

void ModelDialog::fillList() {
  m_filling = true;
  m_list->clear();
  const auto add = [this](const std::filesystem::path& model) {
    const QString path = toQString(model);
    for (int row = 0; row < m_list->count(); ++row) {
      if (m_list->item(row)->data(kPathRole).toString() == path) return;
    }
    auto* item = new QListWidgetItem(modelTitle(model), m_list);
    item->setData(kPathRole, path);
    item->setToolTip(path);
    if (model == m_shown) m_list->setCurrentItem(item);
  };
  if (const auto starter = starterModelFolder(); !starter.empty()) add(starter);
  if (m_session.isOpen() && !m_session.project().model.empty()) add(m_session.project().model);
  for (const QString& recent : AppSettings::instance().recentModels()) add(toPath(recent));
  // One that is only looked at, or refused, stands last: a list without a current row would choose another by itself
  // as soon as it gets the focus.
  if (!m_shown.empty()) add(m_shown);
  m_filling = false;
  markMissing();
}

void ModelDialog::markMissing() {
  QStringList models;
  for (int row = 0; row < m_list->count(); ++row) models << m_list->item(row)->data(kPathRole).toString();
  findMissing(m_bridge, models, this, [this](const QSet<QString>& missing) {
    for (int row = 0; row < m_list->count(); ++row) {
      QListWidgetItem* item = m_list->item(row);
      const QString path = item->data(kPathRole).toString();
      const QString title = modelTitle(toPath(path));
      const bool gone = missing.contains(path);
      item->setText(gone ? tr("%1 (not there)").arg(title) : title);
      item->setForeground(gone ? QBrush(tokens().control) : QBrush());
    }
  });
}

void ModelDialog::take(const std::filesystem::path& model) {
  if (model.empty()) return;
  m_shown = model;
  fillList();
  select(model);
}

void ModelDialog::select(const std::filesystem::path& model) {
  m_shown = model;
  m_read.reset();
  showPage();
  const quint64 asked = ++m_asked;
  if (model.empty()) return;
  readModelDescription(m_bridge, model, m_use, this, [this, asked](const Result<ModelDescription>& read) {
    if (asked != m_asked) return;
    m_read = read;
    if (read && m_shown != starterModelFolder() &&
        !AppSettings::instance().recentModels().contains(toQString(m_shown))) {
      AppSettings::instance().addRecentModel(m_shown);
      fillList();
    }
    showPage();
    Q_EMIT filled();
  });
}

void ModelDialog::showPage() {
  m_title->setText(modelTitle(m_read && *m_read ? std::filesystem::path((*m_read)->name) : m_shown));
  m_path->setText(toQString(m_shown));
  auto* content = new QWidget;
  auto* page = new QVBoxLayout(content);
  page->setContentsMargins(0, Metrics::kGap, Metrics::kMargin, 0);
  page->setSpacing(Metrics::kMargin);
  if (m_shown.empty()) {
    page->addWidget(selectableText(tr("The starter model is not installed. Drop a model above.")));
  } else if (!m_read) {
    page->addWidget(selectableText(tr("Reading the model…")));
  } else if (!*m_read) {
    page->addWidget(selectableText(EngineBridge::weightsErrorText(m_read->error()), "danger"));
  } else {
    showFacts(*page, **m_read);
  }
  page->addStretch();
  m_scroll->setWidget(content);
  updateButtons();
}

void ModelDialog::showFacts(QVBoxLayout& page, const ModelDescription& model) {
  QFormLayout* form = addFactForm(page);
  addFact(*form, tr("Family"), QString::fromStdString(model.family));
  const QString predicts = model.prediction == "epsilon"        ? tr("noise (epsilon)")
                           : model.prediction == "v_prediction" ? tr("velocity (v)")
                                                                : tr("not said; its first picture will tell");
  addFact(*form, tr("Predicts"), predicts);
  addFact(*form, tr("Made for"), tr("pictures of %1 × %1").arg(model.nativeSize));
  addFact(*form, tr("Parameters"),
          tr("%1 million: UNet %2, text %3, VAE %4")
              .arg(millions(model.parameters()), millions(model.unetParameters),
                   millions(model.textEncoderParameters), millions(model.vaeParameters)));
  addFact(*form, tr("Weights"), QString::fromStdString(model.precision));
  addFact(*form, tr("On disk"),
          model.singleFile ? tr("%1, one file").arg(sizeText(model.bytes))
                           : tr("%1, a folder").arg(sizeText(model.bytes)));
  page.addWidget(selectableText(tr("Memory"), "heading"));
  showMemory(*addFactForm(page), model);
}

void ModelDialog::showMemory(QFormLayout& form, const ModelDescription& model) {
  const DeviceStatus status = m_bridge.deviceStatus();
  const qint64 measured = m_measured ? m_measured(model.path, model.use.training) : 0;
  const qint64 training = measured > 0 ? measured : model.trainingBytes;
  const auto addNeed = [&](const QString& name, qint64 bytes) {
    const bool much = status.memoryFreeBytes > 0 && bytes > status.memoryFreeBytes;
    QLabel* label =
        addFact(form, name,
                much ? tr("about %1, more than is free").arg(sizeText(bytes)) : tr("about %1").arg(sizeText(bytes)));
    if (much) label->setProperty("role", "danger");
  };
  addNeed(tr("To generate at %1 × %2").arg(model.use.width).arg(model.use.height), model.generationBytes);
  addNeed(tr("To train at %1 pixels").arg(model.use.training.resolution), training);
  if (status.memoryFreeBytes > 0) {
    addFact(form, tr("Free now"),
            tr("%1 of %2").arg(sizeText(status.memoryFreeBytes), sizeText(status.memoryTotalBytes)));
  }
}

bool ModelDialog::isProjectsModel() const { return m_session.isOpen() && m_shown == m_session.modelFolder(); }

void ModelDialog::updateButtons() {
  const bool usable = m_read && *m_read;
  const bool changes = m_session.isOpen() && !m_session.readOnly() && !isProjectsModel();
  m_choose->setEnabled(usable && changes);
  QString hint;
  if (!m_session.isOpen()) {
    hint = tr("Open a project to use a model in it.");
  } else if (m_session.readOnly()) {
    hint = tr("This project can only be read.");
  } else if (isProjectsModel()) {
    hint = tr("The project uses this model.");
  }
  m_hint->setText(hint);
  m_remove->setEnabled(AppSettings::instance().recentModels().contains(toQString(m_shown)));
}

void ModelDialog::removeCurrent() {
  const QString path = toQString(m_shown);
  if (!AppSettings::instance().recentModels().contains(path)) return;
  AppSettings::instance().removeRecentModel(path);
  // The project's own model stays in the list; after any other one it is what is shown next.
  m_shown = m_session.modelFolder();
  if (m_shown.empty()) m_shown = starterModelFolder();
  fillList();
  select(m_shown);
}

void ModelDialog::useSelected() {
  if (!m_choose->isEnabled()) return;
  const bool starter = m_shown == starterModelFolder();
  if (!starter) AppSettings::instance().addRecentModel(m_shown);
  m_session.setModel(starter ? std::filesystem::path() : m_shown);
  Q_EMIT chosen(m_shown);
  accept();
}

void ModelDialog::askFile() {
  const QUrl chosen = QFileDialog::getOpenFileUrl(this, tr("Choose a model’s file"),
                                                  QUrl::fromLocalFile(toQString(m_shown.parent_path())),
                                                  tr("Models (*.safetensors);;All files (*)"));
  if (chosen.isLocalFile()) take(toPath(chosen));
}

void ModelDialog::askFolder() {
  const QUrl chosen = QFileDialog::getExistingDirectoryUrl(this, tr("Choose a model’s folder"),
                                                           QUrl::fromLocalFile(toQString(m_shown.parent_path())));
  if (chosen.isLocalFile()) take(toPath(chosen));
}

void ModelDialog::retranslate() {
  setWindowTitle(tr("Model"));
  m_drop->setSentence(tr("Drop a model: a folder or one .safetensors file"));
  m_file->setText(tr("Choose a file…"));
  m_folder->setText(tr("Choose a folder…"));
  m_listTitle->setText(tr("Recent models"));
  m_list->setAccessibleName(m_listTitle->text());
  m_remove->setText(tr("Remove from the list"));
  m_close->setText(tr("Close"));
  m_choose->setText(tr("Use this model"));
  markMissing();
  showPage();
}

void ModelDialog::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QDialog::changeEvent(event);
}

bool ModelDialog::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_list && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->matches(QKeySequence::Delete)) {
    removeCurrent();
    return true;
  }
  return QDialog::eventFilter(watched, event);
}

void ModelDialog::dragEnterEvent(QDragEnterEvent* event) {
  if (droppedModel(event->mimeData()).empty()) return;
  event->acceptProposedAction();
  m_drop->setActive(true);
}

void ModelDialog::dragLeaveEvent(QDragLeaveEvent*) { m_drop->setActive(false); }

void ModelDialog::dropEvent(QDropEvent* event) {
  m_drop->setActive(false);
  const std::filesystem::path model = droppedModel(event->mimeData());
  if (model.empty()) return;
  event->acceptProposedAction();
  take(model);
}

}  // namespace pleinair::ui
