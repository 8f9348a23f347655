#include "ui/panels/training/runs_list.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "ui/style/tokens.h"

namespace pleinair::ui {

namespace {

/// Two lines: the run's name, and when it ran and how far it came.
class RunDelegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem plain = option;
    initStyleOption(&plain, index);
    plain.text.clear();
    option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &plain, painter, option.widget);
    const QRect text = option.rect.adjusted(12, 6, -12, -6);
    painter->setPen(tokens().text);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignTop, elided(option, index.data().toString(), text.width()));
    painter->setPen(tokens().quietText);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      elided(option, index.data(RunsModel::SubtitleRole).toString(), text.width()));
  }
  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
    return {160, 2 * option.fontMetrics.height() + 16};
  }

 private:
  static QString elided(const QStyleOptionViewItem& option, const QString& text, int width) {
    return option.fontMetrics.elidedText(text, Qt::ElideRight, width);
  }
};

}  // namespace

RunsList::RunsList(RunsModel& model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_list(new QListView),
      m_empty(new QLabel),
      m_resume(new QPushButton),
      m_settings(new QPushButton),
      m_compare(new QPushButton) {
  m_list->setModel(&model);
  m_list->setItemDelegate(new RunDelegate(m_list));
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setMouseTracking(true);
  m_empty->setProperty("role", "quiet");
  m_empty->setWordWrap(true);
  m_empty->setAlignment(Qt::AlignCenter);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, Metrics::kGap, 0, Metrics::kMargin);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_empty, 1);
  layout->addWidget(m_list, 1);
  auto* buttons = new QVBoxLayout;
  buttons->setContentsMargins(Metrics::kMargin, 0, Metrics::kMargin, 0);
  for (QPushButton* button : {m_resume, m_compare, m_settings}) buttons->addWidget(button);
  layout->addLayout(buttons);

  connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
    showSelection();
    if (index.isValid()) Q_EMIT chosen(m_model.at(index.row()).folder);
  });
  connect(&model, &QAbstractItemModel::modelReset, this, &RunsList::showSelection);
  connect(m_resume, &QPushButton::clicked, this, [this] {
    if (const RunSummary* run = selected()) Q_EMIT resumeRequested(RunSummary(*run));
  });
  connect(m_settings, &QPushButton::clicked, this, [this] {
    if (const RunSummary* run = selected()) Q_EMIT settingsRequested(TrainingConfig(run->config));
  });
  connect(m_compare, &QPushButton::clicked, this, [this] {
    if (const RunSummary* run = selected()) Q_EMIT compareRequested(RunSummary(*run));
  });
  retranslate();
}

void RunsList::select(const QString& name) {
  const int row = m_model.rowOf(name);
  const QSignalBlocker quiet(m_list->selectionModel());
  m_list->setCurrentIndex(row < 0 ? QModelIndex() : m_model.index(row));
  m_list->viewport()->update();
  showSelection();
}

const RunSummary* RunsList::selected() const {
  const QModelIndex index = m_list->currentIndex();
  return index.isValid() && index.row() < m_model.rowCount() ? &m_model.at(index.row()) : nullptr;
}

void RunsList::setBusy(bool busy) {
  m_busy = busy;
  showSelection();
}

void RunsList::showSelection() {
  const RunSummary* run = selected();
  const bool any = m_model.rowCount() > 0;
  m_list->setVisible(any);
  m_empty->setVisible(!any);
  m_resume->setVisible(any);
  m_settings->setVisible(any);
  m_compare->setVisible(any);
  m_resume->setEnabled(run != nullptr && run->resumable && !m_busy);
  m_settings->setEnabled(run != nullptr);
  m_compare->setEnabled(run != nullptr && !run->checkpoints.empty());
  m_resume->setText(run != nullptr && run->resumable ? tr("Resume from step %1").arg(run->lastStep) : tr("Resume"));
}

void RunsList::retranslate() {
  m_empty->setText(tr("Runs stand here once the first one has begun."));
  m_settings->setText(tr("Use these settings"));
  m_compare->setText(tr("Compare before and after"));
  m_list->setAccessibleName(tr("Runs"));
  showSelection();
}

void RunsList::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
