#include "ui/panels/captions/captions_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/bridge/photo_order.h"
#include "ui/bridge/qt_convert.h"
#include "ui/panels/captions/caption_edit.h"
#include "ui/panels/captions/caption_tools.h"
#include "ui/panels/captions/frequent_words.h"
#include "ui/style/theme.h"
#include "ui/widgets/flow_row.h"
#include "ui/widgets/image_view.h"
#include "ui/widgets/panel_splitter.h"
#include "ui/widgets/photo_grid.h"
#include "ui/widgets/state_view.h"
#include "ui/widgets/token_meter.h"

namespace pleinair::ui {
namespace {

constexpr int kPreviewSide = 2048;
constexpr int kStripTile = 84;
constexpr int kWordCount = 12;
constexpr int kTypingPauseMs = 3000;
constexpr int kTrainingPanel = 2;

}  // namespace

CaptionsPanel::CaptionsPanel(EngineBridge& bridge, ProjectSession& session, ThumbnailProvider& thumbnails,
                             DatasetModel& model, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_thumbnails(thumbnails),
      m_model(model),
      m_view(new ImageView),
      m_strip(new PhotoGrid(PhotoGrid::Shape::Strip)),
      m_editor(new CaptionEdit),
      m_meter(new TokenMeter),
      m_state(new StateView),
      m_stack(new QStackedWidget),
      m_name(new QLabel),
      m_place(new QLabel),
      m_wordsTitle(new QLabel),
      m_trigger(new QPushButton),
      m_next(new QPushButton),
      m_words(new QWidget),
      m_pause(new QTimer(this)),
      m_recount(new QTimer(this)) {
  m_strip->setTileSide(kStripTile);
  m_strip->setModel(&m_model);
  m_tools = new CaptionTools(session, [this] { return selectedRows(); });
  m_pause->setSingleShot(true);
  m_pause->setInterval(kTypingPauseMs);
  m_recount->setSingleShot(true);
  m_recount->setInterval(300);

  m_stack->addWidget(new PanelSplitter(QStringLiteral("captions"), nullptr, buildPicture(), buildEditor()));
  m_stack->addWidget(m_state);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_stack);
  connectAll();
  retranslate();
}

QWidget* CaptionsPanel::buildPicture() {
  auto* area = new QWidget;
  auto* layout = new QVBoxLayout(area);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_view, 1);
  layout->addWidget(m_strip);
  return area;
}

QWidget* CaptionsPanel::buildEditor() {
  m_name->setProperty("role", "heading");
  m_name->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_name->setWordWrap(true);
  m_place->setProperty("role", "quiet");
  m_wordsTitle->setProperty("role", "quiet");
  m_trigger->setProperty("chip", true);
  m_trigger->setFocusPolicy(Qt::NoFocus);
  m_next->setProperty("primary", true);
  m_editor->setMinimumHeight(120);
  m_editor->setMaximumHeight(220);
  new FlowRow(m_words, 4);

  auto* content = new QWidget;
  auto* layout = new QVBoxLayout(content);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kMargin, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_name);
  layout->addWidget(m_place);
  layout->addWidget(m_editor, 1);
  auto* row = new QHBoxLayout;
  row->setSpacing(Metrics::kGap);
  row->addWidget(m_trigger);
  row->addStretch();
  row->addWidget(m_meter);
  layout->addLayout(row);
  layout->addWidget(m_next);
  layout->addWidget(m_wordsTitle);
  layout->addWidget(m_words);
  layout->addSpacing(Metrics::kMargin);
  layout->addWidget(m_tools);
  layout->addStretch(1);

  auto* scroll = new QScrollArea;
  scroll->setWidgetResizable(true);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setProperty("surface", "panel");
  scroll->setWidget(content);
  return scroll;
}

void CaptionsPanel::connectAll() {
  connect(m_editor, &CaptionEdit::edited, this, [this](const QString& text) {
    if (!m_pause->isActive()) m_typingKey = QStringLiteral("%1#%2").arg(m_path).arg(++m_typingRuns);
    m_pause->start();
    m_session.setCaption(currentRow(), text, m_typingKey);
    updateMeter();
  });
  connect(m_trigger, &QPushButton::clicked, this,
          [this] { m_editor->insertWords(QString::fromStdString(m_session.project().trigger)); });
  connect(m_next, &QPushButton::clicked, this, [this] {
    if (m_session.captionless() > 0) return showNextWithoutCaption();
    Q_EMIT requestPanel(kTrainingPanel);
  });
  connect(m_tools, &CaptionTools::applied, this, &CaptionsPanel::applied);
  connect(m_state, &StateView::actionTriggered, this, [this] { Q_EMIT requestPanel(0); });
  // Queued: while a photo is taken out, rows of the view and of the session differ for a moment.
  connect(
      m_strip->selectionModel(), &QItemSelectionModel::currentChanged, this,
      [this] {
        const int row = m_strip->currentIndex().row();
        if (row >= 0 && row != currentRow()) showRow(row);
      },
      Qt::QueuedConnection);
  connect(m_strip->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          [this] { m_tools->selectionChanged(); });
  connect(m_strip, &PhotoGrid::lookRequested, this, [this] { m_editor->setFocus(); });
  connect(&m_loader, &PictureLoader::loaded, this, [this] {
    if (!m_pictureIsSharp) showPicture();
  });
  connect(&m_loader, &PictureLoader::failed, this, [this](const QString& file, const QString& reason) {
    if (currentRow() >= 0 && file == toQString(m_session.photoFile(currentRow()))) m_view->setMessage(reason);
  });
  connect(&m_thumbnails, &ThumbnailProvider::ready, this, [this] {
    if (m_view->image().isNull()) showPicture();
  });
  connect(&m_session, &ProjectSession::photoChanged, this, [this](int row) {
    if (row == currentRow()) followCaption();
  });
  for (const auto changed :
       {&ProjectSession::photoChanged, &ProjectSession::photoAdded, &ProjectSession::photoRemoved}) {
    connect(&m_session, changed, this, [this] {
      if (!m_recount->isActive()) m_recount->start();
    });
  }
  connect(&m_session, &ProjectSession::photoAdded, this, [this] {
    if (currentRow() < 0) showRow(0);
  });
  connect(&m_session, &ProjectSession::photoRemoved, this, [this](int row) {
    if (currentRow() < 0) showRow(qMin(row, static_cast<int>(m_session.photos().size()) - 1));
  });
  connect(&m_session, &ProjectSession::photosReset, this, [this] { showRow(m_session.photos().empty() ? -1 : 0); });
  connect(&m_session, &ProjectSession::projectChanged, this, [this] { retranslate(); });
  connect(&m_session, &ProjectSession::opened, this, [this] { retranslate(); });
  connect(&m_session, &ProjectSession::tokenCounterChanged, this, [this] { updateMeter(); });
  connect(m_recount, &QTimer::timeout, this, [this] {
    updateCounts();
    updateWords();
    m_tools->refresh();
  });
  const auto shortcut = [this](const QKeySequence& keys, auto&& act) {
    auto* key = new QShortcut(keys, this);
    key->setContext(Qt::WidgetWithChildrenShortcut);
    connect(key, &QShortcut::activated, this, act);
  };
  shortcut(Qt::Key_PageUp, [this] { step(-1); });
  shortcut(Qt::Key_PageDown, [this] { step(1); });
  shortcut(Qt::ALT | Qt::Key_Left, [this] { step(-1); });
  shortcut(Qt::ALT | Qt::Key_Right, [this] { step(1); });
  shortcut(Qt::CTRL | Qt::Key_Return, [this] { showNextWithoutCaption(); });
  shortcut(Qt::CTRL | Qt::Key_Enter, [this] { showNextWithoutCaption(); });
  shortcut(Qt::CTRL | Qt::Key_T, [this] { m_trigger->click(); });
}

QList<int> CaptionsPanel::selectedRows() const {
  QList<int> rows;
  const QModelIndexList selected = m_strip->selectionModel()->selectedIndexes();
  for (const QModelIndex& index : selected) rows << index.row();
  return rows;
}

void CaptionsPanel::showPhoto(const QString& path) {
  const int row = m_session.rowOf(path);
  if (row < 0) return;
  showRow(row);
  m_editor->setFocus();
}

void CaptionsPanel::showRow(int row) {
  const auto& photos = m_session.photos();
  if (row < 0 || row >= static_cast<int>(photos.size())) {
    m_path.clear();
    m_view->setImage({});
    m_editor->showText({});
    updateCounts();
    return;
  }
  const PhotoRow& photo = photos.at(static_cast<std::size_t>(row));
  if (photo.path != m_path) {
    m_path = photo.path;
    m_pause->stop();
    m_view->setImage({});
    m_pictureIsSharp = false;
    m_editor->showText(photo.caption);
    if (isVisible()) showPicture();
  }
  if (const QModelIndex index = m_model.index(row); m_strip->currentIndex() != index && index.isValid()) {
    m_strip->setCurrentIndex(index);
  }
  if (const QModelIndex index = m_model.index(row); index.isValid()) m_strip->scrollTo(index);
  updateMeter();
  updateCounts();
}

void CaptionsPanel::showPicture() {
  const int row = currentRow();
  if (row < 0) return;
  const std::filesystem::path file = m_session.photoFile(row);
  const QImage sharp = m_loader.picture(file, kPreviewSide);
  m_pictureIsSharp = !sharp.isNull();
  const QImage shown = m_pictureIsSharp ? sharp : m_thumbnails.thumbnail(file, 320);
  // A zoom that the artist set on the stand-in means nothing on the sharp picture's pixels.
  if (!shown.isNull()) m_view->setImage(shown);
}

void CaptionsPanel::followCaption() {
  const QString& caption = m_session.photos().at(static_cast<std::size_t>(currentRow())).caption;
  if (caption != m_editor->toPlainText()) {
    m_pause->stop();
    m_editor->showText(caption);
  }
  updateMeter();
}

void CaptionsPanel::step(int direction) {
  const int count = static_cast<int>(m_session.photos().size());
  if (count == 0) return;
  showRow(qBound(0, currentRow() + direction, count - 1));
}

void CaptionsPanel::showNextWithoutCaption() {
  const auto& photos = m_session.photos();
  const int count = static_cast<int>(photos.size());
  for (int i = 1; i <= count; ++i) {
    const int row = (qMax(0, currentRow()) + i) % count;
    if (!photos.at(static_cast<std::size_t>(row)).caption.trimmed().isEmpty()) continue;
    showRow(row);
    m_editor->setFocus();
    return;
  }
}

void CaptionsPanel::focusFind() { m_tools->focusFind(); }

void CaptionsPanel::updateMeter() {
  m_meter->setCount(m_session.tokenCount(m_editor->toPlainText()), ProjectSession::kTokenLimit);
}

void CaptionsPanel::updateWords() {
  const QStringList words = frequentWords(m_session.photos(), kWordCount);
  QLayout* row = m_words->layout();
  while (QLayoutItem* item = row->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const QString& word : words) {
    auto* chip = new QPushButton(QString(word).replace(QLatin1Char('&'), QLatin1String("&&")));
    chip->setProperty("chip", true);
    chip->setFocusPolicy(Qt::NoFocus);
    chip->setEnabled(!m_session.readOnly());
    connect(chip, &QPushButton::clicked, this, [this, word] { m_editor->insertWords(word); });
    row->addWidget(chip);
    chip->show();
  }
  m_wordsTitle->setVisible(!words.isEmpty());
  m_words->setVisible(!words.isEmpty());
  m_words->updateGeometry();
}

void CaptionsPanel::updateCounts() {
  const int count = static_cast<int>(m_session.photos().size());
  const int without = m_session.captionless();
  const int row = currentRow();
  m_name->setText(row < 0 ? QString() : photoName(m_path));
  QStringList place;
  if (row >= 0) place << tr("%1 of %2").arg(row + 1).arg(count);
  if (count > 0) place << (without > 0 ? tr("%n without caption", nullptr, without) : tr("all have captions"));
  m_place->setText(place.join(QStringLiteral(" · ")));
  // With every caption written, the one button leads to what is possible next.
  m_next->setEnabled(count > 0);
  m_next->setText(without > 0 ? tr("Next without caption") : tr("Go to Training"));
  m_next->setToolTip(without > 0 ? tr("Ctrl+Enter") : QString());
  m_stack->setCurrentIndex(count == 0 ? 1 : 0);
}

void CaptionsPanel::retranslate() {
  const bool editable = m_session.isOpen() && !m_session.readOnly();
  const QString trigger = QString::fromStdString(m_session.project().trigger);
  m_editor->setReadOnly(!editable);
  m_editor->setPlaceholderText(tr("What is in the picture, in a few words"));
  m_editor->setAccessibleName(tr("Caption"));
  m_trigger->setVisible(!trigger.isEmpty());
  m_trigger->setText(trigger);
  m_trigger->setToolTip(tr("Insert the trigger word (Ctrl+T)"));
  m_trigger->setEnabled(editable);
  m_wordsTitle->setText(tr("Often used here"));
  m_strip->setAccessibleName(tr("Photos"));
  m_view->setAccessibleName(tr("Photo"));
  m_state->showEmpty(QStringLiteral("text"), tr("No photos to caption yet"), tr("Add photos in Dataset first."),
                     tr("Go to Dataset"));
  updateMeter();
  updateWords();
  updateCounts();
}

void CaptionsPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) return m_view->setFocus();
  QWidget::keyPressEvent(event);
}

void CaptionsPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!m_pictureIsSharp) showPicture();
  if (currentRow() >= 0) m_strip->scrollTo(m_model.index(currentRow()));
}

void CaptionsPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
