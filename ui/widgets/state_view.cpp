#include "ui/widgets/state_view.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/style/icons.h"
#include "ui/style/theme.h"

namespace pleinair::ui {

StateView::StateView(QWidget* parent)
    : QWidget(parent),
      m_icon(new QLabel),
      m_title(new QLabel),
      m_sentence(new QLabel),
      m_details(new QLabel),
      m_action(new QPushButton),
      m_secondAction(new QPushButton),
      m_detailsToggle(new QPushButton),
      m_copy(new QPushButton) {
  m_title->setProperty("role", "title");
  m_sentence->setProperty("role", "quiet");
  m_details->setProperty("role", "quiet");
  m_action->setProperty("primary", true);
  m_detailsToggle->setProperty("flat", true);
  m_detailsToggle->setCheckable(true);
  m_copy->setProperty("flat", true);
  for (QLabel* label : {m_icon, m_title, m_sentence, m_details}) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(label != m_icon);
  }
  for (QLabel* label : {m_sentence, m_details}) {
    label->setMaximumWidth(520);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  }
  m_title->setMaximumWidth(620);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::kGap);
  buttons->addStretch();
  for (QPushButton* button : {m_action, m_secondAction, m_detailsToggle, m_copy}) buttons->addWidget(button);
  buttons->addStretch();

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin);
  layout->setSpacing(Metrics::kMargin);
  layout->addStretch();
  for (QLabel* label : {m_icon, m_title, m_sentence}) {
    auto* row = new QHBoxLayout;
    row->addStretch();
    row->addWidget(label, 10);
    row->addStretch();
    layout->addLayout(row);
  }
  layout->addLayout(buttons);
  layout->addWidget(m_details, 0, Qt::AlignHCenter);
  layout->addStretch();

  connect(m_action, &QPushButton::clicked, this, &StateView::actionTriggered);
  connect(m_secondAction, &QPushButton::clicked, this, &StateView::secondActionTriggered);
  connect(m_detailsToggle, &QPushButton::toggled, m_details, &QLabel::setVisible);
  connect(m_copy, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(
        QStringList{m_title->text(), m_sentence->text(), m_details->text()}.join(QLatin1Char('\n')).trimmed());
  });
  connect(&Theme::instance(), &Theme::changed, this, [this] { retranslate(); });
  m_secondAction->hide();
  show({}, {}, {}, {});
  retranslate();
}

void StateView::show(const QString& iconName, const QString& title, const QString& sentence, const QString& action) {
  m_iconName = iconName;
  m_icon->setVisible(!iconName.isEmpty());
  m_title->setText(title);
  m_sentence->setText(sentence);
  m_sentence->setVisible(!sentence.isEmpty());
  m_action->setText(action);
  m_action->setVisible(!action.isEmpty());
  m_details->hide();
  m_detailsToggle->setChecked(false);
  m_detailsToggle->hide();
  m_copy->hide();
  retranslate();
}

void StateView::showEmpty(const QString& iconName, const QString& title, const QString& sentence,
                          const QString& action) {
  show(iconName, title, sentence, action);
}

void StateView::showWorking(const QString& title, const QString& sentence) { show({}, title, sentence, {}); }

void StateView::showError(const QString& title, const QString& sentence, const QString& action,
                          const QString& details) {
  show(QStringLiteral("warning"), title, sentence, action);
  m_details->setText(details);
  m_detailsToggle->setVisible(!details.isEmpty());
  m_copy->show();
}

void StateView::setSecondAction(const QString& text) {
  m_secondAction->setText(text);
  m_secondAction->setVisible(!text.isEmpty());
}

void StateView::retranslate() {
  m_detailsToggle->setText(tr("Details"));
  m_copy->setText(tr("Copy"));
  if (!m_iconName.isEmpty()) m_icon->setPixmap(iconPixmap(m_iconName, 40, tokens().quietText, devicePixelRatioF()));
}

void StateView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
