#include "ui/windows/header_bar.h"

#include <QAction>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>
#include <QToolButton>

#include "ui/style/icons.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

constexpr int kPanelCount = 4;

}  // namespace

HeaderBar::HeaderBar(QWidget* parent)
    : QWidget(parent),
      m_project(new QPushButton),
      m_undo(new QToolButton),
      m_redo(new QToolButton),
      m_group(new QButtonGroup(this)) {
  setProperty("surface", "header");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(Metrics::kHeaderHeight);
  m_project->setProperty("flat", true);
  m_project->setIcon(icon(QStringLiteral("down")));
  m_project->setLayoutDirection(Qt::RightToLeft);
  m_project->setIconSize({12, 12});
  m_project->setFocusPolicy(Qt::TabFocus);
  for (QToolButton* button : {m_undo, m_redo}) {
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setFocusPolicy(Qt::TabFocus);
  }
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(Metrics::kGap, 0, Metrics::kGap, 0);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_project);
  layout->addWidget(m_undo);
  layout->addWidget(m_redo);
  layout->addStretch();
  auto* panels = new QHBoxLayout;
  panels->setSpacing(0);
  for (int i = 0; i < kPanelCount; ++i) {
    auto* button = new QPushButton;
    button->setProperty("segment", true);
    button->setCheckable(true);
    m_group->addButton(button, i);
    m_panels.push_back(button);
    panels->addWidget(button);
  }
  layout->addLayout(panels);
  m_group->setExclusive(true);
  connect(m_group, &QButtonGroup::idClicked, this, &HeaderBar::panelChosen);
}

void HeaderBar::setProject(const QString& name) {
  // A very long name must not push the panels out of the window.
  m_project->setText(
      QLatin1Char(' ') +
      m_project->fontMetrics().elidedText(name, Qt::ElideMiddle, 260).replace(QLatin1Char('&'), QLatin1String("&&")));
  m_project->setToolTip(name);
}

QString HeaderBar::projectName() const { return m_project->toolTip(); }

void HeaderBar::setMenu(QMenu* menu) { m_project->setMenu(menu); }

void HeaderBar::setActions(QAction* undo, QAction* redo) {
  m_undo->setDefaultAction(undo);
  m_redo->setDefaultAction(redo);
}

void HeaderBar::setPanelTexts(const QStringList& texts) {
  for (int i = 0; i < kPanelCount; ++i) {
    QPushButton* button = panelButton(i);
    button->setText(texts.value(i));
    button->setToolTip(QStringLiteral("Ctrl+%1").arg(i + 1));
  }
}

void HeaderBar::setPanelsEnabled(bool enabled) {
  for (QPushButton* button : m_panels) button->setVisible(enabled);
  m_undo->setVisible(enabled);
  m_redo->setVisible(enabled);
}

void HeaderBar::setCurrentPanel(int panel) { panelButton(panel)->setChecked(true); }

}  // namespace pleinair::ui
