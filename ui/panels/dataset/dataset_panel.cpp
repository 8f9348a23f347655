#include "ui/panels/dataset/dataset_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/photo_order.h"
#include "ui/panels/dataset/photo_inspector.h"
#include "ui/style/icons.h"
#include "ui/style/theme.h"
#include "ui/widgets/full_look.h"
#include "ui/widgets/panel_splitter.h"
#include "ui/widgets/photo_grid.h"
#include "ui/widgets/quiet_inputs.h"
#include "ui/widgets/state_view.h"

namespace pleinair::ui {
namespace {

constexpr int kKindRole = Qt::UserRole + 1;
constexpr int kGroupNameRole = Qt::UserRole + 2;

}  // namespace

DatasetPanel::DatasetPanel(EngineBridge& bridge, ProjectSession& session, ThumbnailProvider& thumbnails,
                           DatasetModel& model, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_thumbnails(thumbnails),
      m_model(model),
      m_groups(new QListWidget),
      m_grid(new PhotoGrid(PhotoGrid::Shape::Grid)),
      m_inspector(new PhotoInspector(bridge, session)),
      m_look(new FullLook(thumbnails)),
      m_state(new StateView),
      m_stack(new QStackedWidget),
      m_add(new QPushButton),
      m_search(new QLineEdit),
      m_size(new QuietSlider(Qt::Horizontal)),
      m_smaller(new QLabel),
      m_larger(new QLabel),
      m_refresh(new QTimer(this)) {
  m_filter.setSourceModel(&m_model);
  m_grid->setModel(&m_filter);
  m_refresh->setSingleShot(true);
  m_refresh->setInterval(50);

  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setWidget(m_inspector);
  scroll->setProperty("surface", "panel");
  auto* splitter = new PanelSplitter(QStringLiteral("dataset"), buildGroups(), buildMiddle(), scroll);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(splitter);

  connectGrid();
  connect(m_refresh, &QTimer::timeout, this, [this] { refreshGroups(); });
  for (const auto changed :
       {&ProjectSession::photoAdded, &ProjectSession::photoRemoved, &ProjectSession::photoChanged}) {
    connect(&m_session, changed, this, [this] {
      if (!m_refresh->isActive()) m_refresh->start();
    });
  }
  connect(&m_session, &ProjectSession::photosReset, this, [this] {
    closeLook();
    m_search->clear();
    refreshGroups();
  });
  connect(&m_session, &ProjectSession::opened, this, [this] { retranslate(); });
  connect(&m_bridge, &EngineBridge::finished, this, [this] { updateState(); });
  connect(&m_bridge, &EngineBridge::started, this, [this] { updateState(); });
  retranslate();
}

QWidget* DatasetPanel::buildGroups() {
  m_groups->setProperty("surface", "panel");
  m_groups->setFrameShape(QFrame::NoFrame);
  m_groups->setTextElideMode(Qt::ElideMiddle);
  m_groups->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* holder = new QWidget;
  holder->setProperty("surface", "panel");
  holder->setAttribute(Qt::WA_StyledBackground);
  auto* layout = new QVBoxLayout(holder);
  layout->setContentsMargins(Metrics::kGap, Metrics::kGap, Metrics::kGap, Metrics::kGap);
  layout->addWidget(m_groups);
  connect(m_groups, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) { showGroup(item); });
  return holder;
}

QWidget* DatasetPanel::buildMiddle() {
  m_add->setProperty("primary", true);
  m_search->setClearButtonEnabled(true);
  m_search->setMaximumWidth(280);
  m_search->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  m_size->setRange(96, 400);
  m_size->setMaximumWidth(140);
  m_size->setValue(AppSettings::instance().value(QStringLiteral("dataset/tileSide"), 176).toInt());
  m_grid->setTileSide(m_size->value());
  m_grid->setContextMenuPolicy(Qt::CustomContextMenu);

  m_toolbar = new QWidget;
  auto* bar = new QHBoxLayout(m_toolbar);
  bar->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kGap);
  bar->setSpacing(Metrics::kGap);
  bar->addWidget(m_add);
  bar->addWidget(m_search, 1);
  bar->addStretch();
  bar->addWidget(m_smaller);
  bar->addWidget(m_size);
  bar->addWidget(m_larger);

  auto* gridPage = new QWidget;
  auto* gridLayout = new QVBoxLayout(gridPage);
  gridLayout->setContentsMargins(0, 0, 0, 0);
  gridLayout->setSpacing(0);
  gridLayout->addWidget(m_toolbar);
  gridLayout->addWidget(m_grid, 1);
  m_stack->addWidget(gridPage);
  m_stack->addWidget(m_look);
  m_stack->addWidget(m_state);
  connect(m_add, &QPushButton::clicked, this, &DatasetPanel::addPhotosRequested);
  connect(m_state, &StateView::actionTriggered, this, &DatasetPanel::addPhotosRequested);
  connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) { m_filter.setText(text); });
  connect(m_size, &QSlider::valueChanged, this, [this](int side) {
    m_grid->setTileSide(side);
    m_model.setThumbnailSide(qRound(side * devicePixelRatioF()));
    AppSettings::instance().setValue(QStringLiteral("dataset/tileSide"), side);
  });
  return m_stack;
}

void DatasetPanel::connectGrid() {
  m_model.setThumbnailSide(qRound(m_size->value() * devicePixelRatioF()));
  connect(m_grid, &PhotoGrid::lookRequested, this, [this](const QModelIndex& index) { look(index); });
  connect(m_grid, &PhotoGrid::removeRequested, this, [this] { removeSelected(); });
  connect(m_grid, &PhotoGrid::starRequested, this, [this] { starSelected(); });
  connect(m_grid, &QWidget::customContextMenuRequested, this, [this](const QPoint& position) { showMenu(position); });
  connect(m_grid->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this] { m_inspector->showRows(selectedRows()); });
  connect(m_inspector, &PhotoInspector::captionRequested, this,
          [this](int row) { Q_EMIT captionRequested(m_session.photos().at(static_cast<std::size_t>(row)).path); });
  connect(m_inspector, &PhotoInspector::removeRequested, this, [this] { removeSelected(); });
  connect(m_look, &FullLook::closed, this, [this] { closeLook(); });
  connect(m_look, &FullLook::stepRequested, this, [this](int direction) {
    const QModelIndex next = m_filter.index(m_grid->currentIndex().row() + direction, 0);
    if (next.isValid()) look(next);
  });
}

QList<int> DatasetPanel::selectedRows() const {
  QList<int> rows;
  const QModelIndexList selected = m_grid->selectionModel()->selectedIndexes();
  for (const QModelIndex& index : selected) rows << m_filter.mapToSource(index).row();
  std::sort(rows.begin(), rows.end());
  return rows;
}

void DatasetPanel::focusFilter() {
  m_search->setFocus();
  m_search->selectAll();
}

void DatasetPanel::selectPath(const QString& path) {
  const QModelIndex index = m_filter.mapFromSource(m_model.index(m_session.rowOf(path)));
  if (index.isValid()) m_grid->setCurrentIndex(index);
}

void DatasetPanel::look(const QModelIndex& index) {
  m_grid->setCurrentIndex(index);
  const int row = m_filter.mapToSource(index).row();
  m_look->showPhoto(m_session.photoFile(row), m_session.photos().at(static_cast<std::size_t>(row)).caption);
  m_stack->setCurrentWidget(m_look);
  m_look->setFocus();
}

void DatasetPanel::closeLook() {
  if (m_stack->currentWidget() != m_look) return;
  m_stack->setCurrentIndex(0);
  m_grid->setFocus();
}

void DatasetPanel::removeSelected() {
  const QList<int> rows = selectedRows();
  if (rows.isEmpty() || m_session.readOnly()) return;
  m_session.removePhotos(rows);
  Q_EMIT photosRemoved(static_cast<int>(rows.size()));
}

void DatasetPanel::starSelected() {
  const QList<int> rows = selectedRows();
  if (rows.isEmpty()) return;
  const bool all = std::all_of(rows.begin(), rows.end(), [this](int row) {
    return m_session.photos().at(static_cast<std::size_t>(row)).starred;
  });
  m_session.setStarred(rows, !all);
}

void DatasetPanel::showMenu(const QPoint& position) {
  const QModelIndex index = m_grid->indexAt(position);
  if (!index.isValid()) return;
  const bool editable = !m_session.readOnly();
  QMenu menu(this);
  menu.addAction(tr("Look at it in full"), this, [this, index] { look(index); })->setShortcut(Qt::Key_Space);
  menu.addAction(tr("Edit caption"), this,
                 [this, index] { Q_EMIT captionRequested(index.data(DatasetModel::PathRole).toString()); });
  QAction* star = menu.addAction(tr("Star or unstar"), this, [this] { starSelected(); });
  star->setShortcut(Qt::Key_S);
  star->setEnabled(editable);
  QAction* remove = menu.addAction(tr("Remove from the project"), this, [this] { removeSelected(); });
  remove->setShortcut(Qt::Key_Delete);
  remove->setEnabled(editable);
  menu.exec(m_grid->viewport()->mapToGlobal(position));
}

void DatasetPanel::showGroup(QListWidgetItem* item) {
  if (item == nullptr) return;
  m_filter.show(static_cast<DatasetFilter::Kind>(item->data(kKindRole).toInt()),
                item->data(kGroupNameRole).toString());
}

void DatasetPanel::refreshGroups() {
  using Kind = DatasetFilter::Kind;
  const auto& photos = m_session.photos();
  int starred = 0;
  std::map<QString, int> groups;
  for (const PhotoRow& photo : photos) {
    starred += photo.starred ? 1 : 0;
    if (!photo.group.isEmpty()) ++groups[photo.group];
  }
  const Kind kind = m_filter.kind();
  const QString group = m_filter.group();
  const QSignalBlocker quiet(m_groups);
  m_groups->clear();
  const auto add = [&](Kind itemKind, const QString& name, int count, const QString& groupName = {}) {
    auto* item = new QListWidgetItem(tr("%1 · %2").arg(name).arg(count), m_groups);
    item->setData(kKindRole, static_cast<int>(itemKind));
    item->setData(kGroupNameRole, groupName);
    item->setToolTip(name);
    if (itemKind == kind && groupName == group) m_groups->setCurrentItem(item);
  };
  add(Kind::All, tr("All photos"), static_cast<int>(photos.size()));
  add(Kind::Starred, tr("Starred"), starred);
  add(Kind::WithoutCaption, tr("Without caption"), m_session.captionless());
  for (const auto& [name, count] : groups) add(Kind::Group, name, count, name);
  if (m_groups->currentItem() == nullptr) {
    m_groups->setCurrentRow(0);
    m_filter.show(Kind::All);
  }
  m_inspector->showRows(selectedRows());
  updateState();
}

void DatasetPanel::updateState() {
  const bool empty = m_session.photos().empty();
  const bool importing = m_session.importJob() != 0;
  if (!empty) {
    if (m_stack->currentWidget() == m_state) m_stack->setCurrentIndex(0);
    return;
  }
  if (importing) {
    m_state->showWorking(tr("Reading the photos"), tr("They appear here one by one."));
  } else if (m_session.readOnly()) {
    m_state->showEmpty(QStringLiteral("photos"), tr("No photos in this project"), {});
  } else {
    m_state->showEmpty(QStringLiteral("drop"), tr("Drop photos or folders here"),
                       tr("Photos are copied into the project; the originals stay as they are."), tr("Add photos"));
  }
  m_stack->setCurrentWidget(m_state);
}

void DatasetPanel::retranslate() {
  m_add->setText(tr("Add photos"));
  m_search->setPlaceholderText(tr("Find in names and captions"));
  m_search->setAccessibleName(m_search->placeholderText());
  m_size->setToolTip(tr("Size of the pictures"));
  m_size->setAccessibleName(m_size->toolTip());
  m_groups->setAccessibleName(tr("Groups"));
  m_grid->setAccessibleName(tr("Photos"));
  m_smaller->setPixmap(iconPixmap(QStringLiteral("grid-small"), 16, tokens().quietText, devicePixelRatioF()));
  m_larger->setPixmap(iconPixmap(QStringLiteral("grid-large"), 16, tokens().quietText, devicePixelRatioF()));
  m_add->setEnabled(!m_session.readOnly());
  refreshGroups();
}

void DatasetPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
