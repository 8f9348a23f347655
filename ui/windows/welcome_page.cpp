#include "ui/windows/welcome_page.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/bridge/app_settings.h"
#include "ui/bridge/recent_projects.h"
#include "ui/style/icons.h"
#include "ui/style/theme.h"
#include "ui/windows/recent_card.h"

namespace pleinair::ui {
namespace {

constexpr int kShownProjects = 4;
constexpr int kPhotosEach = 6;
constexpr int kRecentWidth = 580;

}  // namespace

WelcomePage::WelcomePage(EngineBridge& bridge, ThumbnailProvider& thumbnails, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_thumbnails(thumbnails),
      m_icon(new QLabel),
      m_title(new QLabel),
      m_sentence(new QLabel),
      m_recentTitle(new QLabel),
      m_new(new QPushButton),
      m_open(new QPushButton),
      m_recentHolder(new QWidget) {
  setFocusPolicy(Qt::ClickFocus);
  m_title->setProperty("role", "title");
  m_sentence->setProperty("role", "quiet");
  m_recentTitle->setProperty("role", "quiet");
  m_new->setProperty("primary", true);
  for (QLabel* label : {m_icon, m_title, m_sentence}) label->setAlignment(Qt::AlignCenter);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Metrics::kGap);
  buttons->addStretch();
  buttons->addWidget(m_new);
  buttons->addWidget(m_open);
  buttons->addStretch();

  m_recentHolder->setFixedWidth(kRecentWidth);
  m_recent = new QVBoxLayout(m_recentHolder);
  m_recent->setContentsMargins(0, Metrics::kWideMargin, 0, 0);
  m_recent->setSpacing(4);
  m_recent->addWidget(m_recentTitle);

  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(40, 40, 40, 40);
  layout->setSpacing(Metrics::kMargin);
  layout->addStretch(2);
  layout->addWidget(m_icon);
  layout->addWidget(m_title);
  layout->addWidget(m_sentence);
  layout->addSpacing(4);
  layout->addLayout(buttons);
  layout->addWidget(m_recentHolder, 0, Qt::AlignHCenter);
  layout->addStretch(3);

  connect(m_new, &QPushButton::clicked, this, &WelcomePage::newRequested);
  connect(m_open, &QPushButton::clicked, this, &WelcomePage::openRequested);
  connect(&Theme::instance(), &Theme::changed, this, [this] { retranslate(); });
  m_recentHolder->hide();
  retranslate();
}

void WelcomePage::refresh() {
  const QStringList folders = AppSettings::instance().recentProjects().mid(0, kShownProjects);
  m_listed = false;
  readRecentProjects(m_bridge, folders, kPhotosEach, this, [this](const std::vector<RecentProject>& projects) {
    while (m_recent->count() > 1) {
      QLayoutItem* item = m_recent->takeAt(1);
      delete item->widget();
      delete item;
    }
    for (const RecentProject& project : projects) {
      auto* card = new RecentCard(project, m_thumbnails);
      connect(card, &QAbstractButton::clicked, this,
              [this, folder = project.folder] { Q_EMIT projectChosen(folder); });
      m_recent->addWidget(card);
    }
    m_recentHolder->setVisible(!projects.empty());
    m_listed = true;
  });
}

void WelcomePage::setDropActive(bool active) {
  m_dropActive = active;
  update();
}

void WelcomePage::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  QPen pen(m_dropActive ? t.accent : t.control, m_dropActive ? 2 : 1);
  pen.setDashPattern(m_dropActive ? QList<qreal>{} : QList<qreal>{6, 5});
  if (m_dropActive) pen.setStyle(Qt::SolidLine);
  painter.setPen(pen);
  painter.setBrush(m_dropActive ? QBrush(t.panel) : QBrush(Qt::NoBrush));
  painter.drawRoundedRect(QRectF(rect()).adjusted(16.5, 16.5, -16.5, -16.5), 6, 6);
}

void WelcomePage::retranslate() {
  m_icon->setPixmap(iconPixmap(QStringLiteral("drop"), 48, tokens().quietText, devicePixelRatioF()));
  m_title->setText(tr("Drop a folder of photos"));
  m_sentence->setText(tr("Photos are copied into the project; the originals stay as they are."));
  m_new->setText(tr("New project"));
  m_open->setText(tr("Open project"));
  m_recentTitle->setText(tr("Recent projects"));
}

void WelcomePage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
