#include "ui/panels/gallery/sets_list.h"

#include <QEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/bridge/qt_convert.h"
#include "ui/style/tokens.h"
#include "ui/widgets/picture_paint.h"

namespace pleinair::ui {

namespace {

constexpr int kThumbs = 4, kThumbGap = 4, kPad = 8;
constexpr std::size_t kMostCompared = 4;

/// A strip of four pictures, the set's name, and when and with what it was made.
class SetDelegate final : public QStyledItemDelegate {
 public:
  SetDelegate(PictureLoader& loader, QListView* list) : QStyledItemDelegate(list), m_loader(loader), m_list(list) {}

  [[nodiscard]] int thumbSide() const {
    return std::max(24, (m_list->viewport()->width() - 2 * kPad - (kThumbs - 1) * kThumbGap) / kThumbs);
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem plain = option;
    initStyleOption(&plain, index);
    plain.text.clear();
    option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &plain, painter, option.widget);
    const int side = thumbSide();
    const QStringList files = index.data(SetsModel::FilesRole).toStringList();
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    for (int thumb = 0; thumb < kThumbs; ++thumb) {
      const QRectF cell(option.rect.left() + kPad + thumb * (side + kThumbGap), option.rect.top() + kPad, side, side);
      // Four pictures from all over the set say more than its first four.
      const int place =
          files.size() <= kThumbs ? thumb : static_cast<int>(thumb * (files.size() - 1) / (kThumbs - 1));
      const QImage picture = place < files.size() ? m_loader.picture(toPath(files[place]), 128) : QImage();
      if (picture.isNull()) {
        drawPlaceholder(*painter, cell, Placeholder::Empty);
      } else {
        painter->drawImage(fitted(picture.size(), cell), picture);
      }
    }
    const QRect text = option.rect.adjusted(kPad, kPad + side + 4, -kPad, -4);
    const QString count = QString::number(index.data(SetsModel::CountRole).toInt());
    const int countWidth = option.fontMetrics.horizontalAdvance(count) + 8;
    painter->setPen(tokens().text);
    painter->drawText(
        text.adjusted(0, 0, -countWidth, 0), Qt::AlignLeft | Qt::AlignTop,
        option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, text.width() - countWidth));
    painter->setPen(tokens().quietText);
    painter->drawText(text, Qt::AlignRight | Qt::AlignTop, count);
    painter->drawText(
        text.adjusted(0, option.fontMetrics.height() + 2, 0, 0), Qt::AlignLeft | Qt::AlignTop,
        option.fontMetrics.elidedText(index.data(SetsModel::SubtitleRole).toString(), Qt::ElideRight, text.width()));
  }
  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    return {120, kPad + thumbSide() + 4 + 2 * option.fontMetrics.height() + 10};
  }
  void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option, const QModelIndex&) const override {
    editor->setGeometry(option.rect.adjusted(4, kPad + thumbSide(), -4, -8));
  }

 private:
  PictureLoader& m_loader;
  QListView* m_list;
};

}  // namespace

SetsList::SetsList(SetsModel& model, PictureLoader& loader, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_list(new QListView),
      m_title(new QLabel),
      m_empty(new QLabel),
      m_compare(new QPushButton) {
  setProperty("surface", "panel");
  m_list->setModel(&model);
  m_list->setItemDelegate(new SetDelegate(loader, m_list));
  m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_list->setEditTriggers(QAbstractItemView::EditKeyPressed);
  m_list->setDragDropMode(QAbstractItemView::DragDrop);
  m_list->setDefaultDropAction(Qt::CopyAction);
  m_list->setDragDropOverwriteMode(true);
  m_list->setResizeMode(QListView::Adjust);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_list->setContextMenuPolicy(Qt::CustomContextMenu);
  m_title->setProperty("role", "heading");
  m_empty->setProperty("role", "quiet");
  m_empty->setWordWrap(true);
  m_empty->setAlignment(Qt::AlignCenter);
  m_empty->setContentsMargins(Metrics::kMargin, 0, Metrics::kMargin, 0);
  m_title->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, 4);
  auto* foot = new QVBoxLayout;
  foot->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kMargin);
  foot->addWidget(m_compare);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_title);
  layout->addWidget(m_empty, 1);
  layout->addWidget(m_list, 1);
  layout->addLayout(foot);

  connect(&loader, &PictureLoader::loaded, m_list->viewport(), qOverload<>(&QWidget::update));
  connect(m_list, &QWidget::customContextMenuRequested, this, &SetsList::showMenu);
  connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
    showButtons();
    const auto folders = selected();
    if (folders.size() == 1) Q_EMIT chosen(folders.front());
  });
  connect(m_compare, &QPushButton::clicked, this, [this] { Q_EMIT compareRequested(selected()); });
  for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
    connect(&model, signal, this, &SetsList::showButtons);
  }
  connect(&model, &QAbstractItemModel::modelReset, this, &SetsList::showButtons);
  retranslate();
}

std::vector<std::filesystem::path> SetsList::selected() const {
  QModelIndexList indexes = m_list->selectionModel()->selectedIndexes();
  // The list has the latest first; side by side, time runs from left to right.
  std::sort(indexes.begin(), indexes.end(), [](const auto& a, const auto& b) { return a.row() > b.row(); });
  std::vector<std::filesystem::path> folders;
  for (const QModelIndex& index : indexes) folders.push_back(m_model.at(index.row()).folder);
  return folders;
}

void SetsList::select(const std::filesystem::path& folder) { selectAll({folder}); }

void SetsList::selectAll(const std::vector<std::filesystem::path>& folders) {
  const QSignalBlocker quiet(m_list->selectionModel());
  m_list->selectionModel()->clear();
  for (const auto& folder : folders) {
    const QModelIndex index = m_model.indexOf(folder);
    if (index.isValid()) m_list->selectionModel()->select(index, QItemSelectionModel::Select);
    if (index.isValid()) m_list->scrollTo(index);
  }
  m_list->viewport()->update();
  showButtons();
}

void SetsList::setReadOnly(bool readOnly) {
  m_readOnly = readOnly;
  m_list->setEditTriggers(readOnly ? QAbstractItemView::NoEditTriggers : QAbstractItemView::EditKeyPressed);
}

void SetsList::showButtons() {
  const bool any = m_model.rowCount() > 0;
  const std::size_t count = selected().size();
  m_list->setVisible(any);
  m_empty->setVisible(!any);
  m_compare->setVisible(any);
  m_compare->setEnabled(count >= 2 && count <= kMostCompared);
}

void SetsList::showMenu(QPoint place) {
  const auto folders = selected();
  if (folders.empty()) return;
  QMenu menu;
  QAction* rename = menu.addAction(tr("Rename"));
  rename->setEnabled(folders.size() == 1 && !m_readOnly);
  QAction* compare = menu.addAction(tr("Compare selected"));
  compare->setEnabled(m_compare->isEnabled());
  QAction* trash = menu.addAction(tr("Move to the trash"));
  trash->setEnabled(!m_readOnly);
  const QAction* picked = menu.exec(m_list->viewport()->mapToGlobal(place));
  if (picked == rename) m_list->edit(m_model.indexOf(folders.front()));
  if (picked == compare) Q_EMIT compareRequested(folders);
  if (picked == trash) Q_EMIT trashRequested(folders);
}

void SetsList::keyPressEvent(QKeyEvent* event) {
  const bool removes = event->key() == Qt::Key_Delete;
  if (removes && !m_readOnly && !selected().empty()) return Q_EMIT trashRequested(selected());
  QWidget::keyPressEvent(event);
}

void SetsList::retranslate() {
  m_title->setText(tr("Sets"));
  m_empty->setText(tr("Every generation is kept here as a set."));
  m_compare->setText(tr("Compare selected"));
  m_compare->setToolTip(tr("Choose two to four sets with Ctrl or Shift, or drag one set on another"));
  m_list->setAccessibleName(tr("Sets"));
  showButtons();
}

void SetsList::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
