#include "ui/widgets/panel_splitter.h"

#include "ui/bridge/app_settings.h"

namespace pleinair::ui {
namespace {

constexpr int kLeftWidth = 196;
constexpr int kRightWidth = 320;

}  // namespace

PanelSplitter::PanelSplitter(const QString& name, QWidget* left, QWidget* middle, QWidget* right, QWidget* parent)
    : QSplitter(Qt::Horizontal, parent), m_name(QStringLiteral("splitter/") + name), m_left(left), m_right(right) {
  setChildrenCollapsible(false);
  setHandleWidth(1);
  QList<int> sizes;
  for (QWidget* part : {left, middle, right}) {
    if (part == nullptr) continue;
    addWidget(part);
    setStretchFactor(count() - 1, part == middle ? 1 : 0);
    sizes << (part == left ? kLeftWidth : part == right ? kRightWidth : 900);
  }
  if (left != nullptr) {
    left->setMinimumWidth(140);
    left->setMaximumWidth(320);
  }
  if (right != nullptr) {
    right->setMinimumWidth(260);
    right->setMaximumWidth(420);
  }
  setSizes(sizes);
  const AppSettings& settings = AppSettings::instance();
  restoreState(settings.value(m_name).toByteArray());
  setHandleWidth(1);
  setChildrenCollapsible(false);
  if (left != nullptr) left->setVisible(!settings.value(m_name + QStringLiteral("/leftHidden")).toBool());
  if (right != nullptr) right->setVisible(!settings.value(m_name + QStringLiteral("/rightHidden")).toBool());
  connect(this, &QSplitter::splitterMoved, this, [this] { remember(); });
}

PanelSplitter::~PanelSplitter() = default;

void PanelSplitter::remember() const {
  AppSettings& settings = AppSettings::instance();
  settings.setValue(m_name, saveState());
  if (m_left != nullptr) settings.setValue(m_name + QStringLiteral("/leftHidden"), m_left->isHidden());
  if (m_right != nullptr) settings.setValue(m_name + QStringLiteral("/rightHidden"), m_right->isHidden());
}

void PanelSplitter::toggle(QWidget* side) {
  if (side == nullptr) return;
  side->setVisible(side->isHidden());
  remember();
}

void PanelSplitter::toggleLeft() { toggle(m_left); }
void PanelSplitter::toggleRight() { toggle(m_right); }

}  // namespace pleinair::ui
