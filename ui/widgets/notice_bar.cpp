#include "ui/widgets/notice_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>

#include "ui/style/icons.h"
#include "ui/style/theme.h"

namespace pleinair::ui {

NoticeBar::NoticeBar(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel),
      m_text(new QLabel),
      m_action(new QPushButton),
      m_toggle(new QPushButton),
      m_close(new QToolButton),
      m_details(new QPlainTextEdit),
      m_timer(new QTimer(this)) {
  setProperty("surface", "notice");
  setAttribute(Qt::WA_StyledBackground);
  m_text->setWordWrap(true);
  m_action->setProperty("flat", true);
  m_toggle->setProperty("flat", true);
  m_toggle->setCheckable(true);
  m_close->setIcon(icon(QStringLiteral("close")));
  m_details->setReadOnly(true);
  m_details->setMaximumHeight(120);
  m_timer->setSingleShot(true);

  auto* row = new QHBoxLayout;
  row->setContentsMargins(Metrics::kMargin, 4, Metrics::kGap, 4);
  row->setSpacing(Metrics::kGap);
  row->addWidget(m_icon);
  row->addWidget(m_text, 1);
  row->addWidget(m_action);
  row->addWidget(m_toggle);
  row->addWidget(m_close);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(row);
  layout->addWidget(m_details);
  hide();

  const auto dismiss = [this] {
    m_timer->stop();
    hide();
    Q_EMIT dismissed();
  };
  connect(m_timer, &QTimer::timeout, this, dismiss);
  connect(m_close, &QToolButton::clicked, this, dismiss);
  connect(m_toggle, &QPushButton::toggled, m_details, &QWidget::setVisible);
  connect(m_action, &QPushButton::clicked, this, [this] {
    m_timer->stop();
    hide();
    Q_EMIT actionTriggered();
  });
  connect(&Theme::instance(), &Theme::changed, this, [this] { retranslate(); });
  setDetails({});
  retranslate();
}

void NoticeBar::showNotice(const QString& iconName, const QString& sentence, const QString& action, int seconds) {
  m_iconName = iconName;
  m_text->setText(sentence);
  m_action->setText(action);
  m_action->setVisible(!action.isEmpty());
  setDetails({});
  retranslate();
  show();
  m_timer->stop();
  if (seconds > 0) m_timer->start(seconds * 1000);
}

void NoticeBar::setDetails(const QStringList& lines) {
  m_details->setPlainText(lines.join(QLatin1Char('\n')));
  m_toggle->setVisible(!lines.isEmpty());
  m_details->setVisible(!lines.isEmpty() && m_toggle->isChecked());
  if (lines.isEmpty()) m_toggle->setChecked(false);
}

void NoticeBar::setSentence(const QString& sentence) { m_text->setText(sentence); }

void NoticeBar::setClosable(bool closable) { m_close->setVisible(closable); }

QString NoticeBar::sentence() const { return m_text->text(); }

QString NoticeBar::details() const { return m_details->toPlainText(); }

void NoticeBar::retranslate() {
  m_toggle->setText(tr("Details"));
  m_close->setToolTip(tr("Close"));
  m_close->setAccessibleName(tr("Close"));
  m_icon->setVisible(!m_iconName.isEmpty());
  if (!m_iconName.isEmpty()) m_icon->setPixmap(iconPixmap(m_iconName, 16, tokens().text, devicePixelRatioF()));
}

void NoticeBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
