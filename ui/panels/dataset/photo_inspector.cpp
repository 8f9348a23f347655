#include "ui/panels/dataset/photo_inspector.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "core/image/codec.h"
#include "ui/bridge/photo_order.h"
#include "ui/bridge/qt_convert.h"
#include "ui/style/icons.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {

PhotoInspector::PhotoInspector(EngineBridge& bridge, ProjectSession& session, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_title(new QLabel),
      m_facts(new QLabel),
      m_captionTitle(new QLabel),
      m_caption(new QLabel),
      m_triggerTitle(new QLabel),
      m_triggerHint(new QLabel),
      m_star(new QPushButton),
      m_edit(new QPushButton),
      m_remove(new QPushButton),
      m_trigger(new QLineEdit) {
  for (QLabel* label : {m_title, m_captionTitle, m_triggerTitle}) label->setProperty("role", "heading");
  for (QLabel* label : {m_facts, m_triggerHint}) label->setProperty("role", "quiet");
  for (QLabel* label : {m_title, m_facts, m_caption, m_triggerHint}) label->setWordWrap(true);
  m_title->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_caption->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_star->setIcon(icon(QStringLiteral("star")));
  m_remove->setIcon(icon(QStringLiteral("trash")));

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kMargin, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_title);
  layout->addWidget(m_facts);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::kGap);
  buttons->addWidget(m_star, 1);
  buttons->addWidget(m_remove, 1);
  layout->addLayout(buttons);
  layout->addSpacing(Metrics::kGap);
  layout->addWidget(m_captionTitle);
  layout->addWidget(m_caption);
  layout->addWidget(m_edit);
  layout->addSpacing(Metrics::kGap);
  layout->addWidget(m_triggerTitle);
  layout->addWidget(m_trigger);
  layout->addWidget(m_triggerHint);
  layout->addStretch();

  connect(m_edit, &QPushButton::clicked, this, [this] {
    if (!m_rows.isEmpty()) Q_EMIT captionRequested(m_rows.first());
  });
  connect(m_remove, &QPushButton::clicked, this, &PhotoInspector::removeRequested);
  connect(m_star, &QPushButton::clicked, this, [this] {
    const auto& photos = m_session.photos();
    const bool all = std::all_of(m_rows.begin(), m_rows.end(),
                                 [&](int row) { return photos.at(static_cast<std::size_t>(row)).starred; });
    m_session.setStarred(m_rows, !all);
    retranslate();
  });
  connect(m_trigger, &QLineEdit::textEdited, this, [this](const QString& text) { m_session.setTrigger(text); });
  connect(&session, &ProjectSession::projectChanged, this, [this] { retranslate(); });
  connect(&session, &ProjectSession::photoChanged, this, [this](int row) {
    if (m_rows.contains(row)) retranslate();
  });
  retranslate();
}

void PhotoInspector::showRows(const QList<int>& rows) {
  m_rows = rows;
  if (rows.size() == 1) readFile();
  retranslate();
}

void PhotoInspector::readFile() {
  const std::filesystem::path file = m_session.photoFile(m_rows.first());
  const QString name = toQString(file);
  if (name == m_sizeOf) return;
  m_sizeOf = name;
  m_pixels = {};
  m_bytes = -1;
  struct Facts {
    QSize pixels;
    qint64 bytes = -1;
  };
  auto facts = std::make_shared<Facts>();
  m_bridge.post(
      [facts, file, name] {
        if (const auto info = probeImage(file)) facts->pixels = {info->width, info->height};
        facts->bytes = QFileInfo(name).size();
      },
      this,
      [this, facts, name] {
        if (name != m_sizeOf) return;
        m_pixels = facts->pixels;
        m_bytes = facts->bytes;
        retranslate();
      });
}

void PhotoInspector::retranslate() {
  m_captionTitle->setText(tr("Caption"));
  m_edit->setText(tr("Edit caption"));
  m_remove->setText(tr("Remove"));
  m_remove->setToolTip(
      tr("Takes the photos out of the project; the files go to the project’s trash folder (Delete)"));
  m_triggerTitle->setText(tr("Trigger word"));
  m_triggerHint->setText(
      tr("The word that calls your subject in a prompt, for example SKY. Templates put it into captions."));
  m_trigger->setAccessibleName(m_triggerTitle->text());
  m_trigger->setPlaceholderText(tr("none"));
  const bool editable = m_session.isOpen() && !m_session.readOnly();
  m_trigger->setReadOnly(!editable);
  const QString trigger = QString::fromStdString(m_session.project().trigger);
  if (m_trigger->text().trimmed() != trigger) m_trigger->setText(trigger);

  const auto& photos = m_session.photos();
  m_rows.removeIf([&photos](int row) { return row >= static_cast<int>(photos.size()); });
  const bool one = m_rows.size() == 1;
  for (QWidget* widget : std::initializer_list<QWidget*>{m_facts, m_captionTitle, m_caption, m_edit}) {
    widget->setVisible(one);
  }
  m_star->setVisible(!m_rows.isEmpty());
  m_remove->setVisible(!m_rows.isEmpty());
  m_star->setEnabled(editable);
  m_remove->setEnabled(editable);
  if (m_rows.isEmpty()) {
    m_title->setText(tr("%n photos", nullptr, static_cast<int>(photos.size())));
    return;
  }
  const bool starred = std::all_of(m_rows.begin(), m_rows.end(),
                                   [&](int row) { return photos.at(static_cast<std::size_t>(row)).starred; });
  m_star->setText(starred ? tr("Unstar") : tr("Star"));
  m_star->setIcon(icon(starred ? QStringLiteral("star-filled") : QStringLiteral("star")));
  if (!one) {
    m_title->setText(tr("%n photos selected", nullptr, static_cast<int>(m_rows.size())));
    return;
  }
  const PhotoRow& photo = photos.at(static_cast<std::size_t>(m_rows.first()));
  m_title->setText(photoName(photo.path));
  QStringList facts;
  if (!m_pixels.isEmpty()) facts << tr("%1 × %2 pixels").arg(m_pixels.width()).arg(m_pixels.height());
  if (m_bytes >= 0) facts << sizeText(m_bytes);
  if (!photo.group.isEmpty()) facts << tr("in %1").arg(photo.group);
  m_facts->setText(facts.join(QStringLiteral(" · ")));
  const bool empty = photo.caption.trimmed().isEmpty();
  m_caption->setText(empty ? tr("No caption yet") : photo.caption);
  m_caption->setProperty("role", empty ? "quiet" : "");
  style()->unpolish(m_caption);
  style()->polish(m_caption);
}

void PhotoInspector::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
