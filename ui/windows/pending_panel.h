#pragma once

#include "ui/bridge/project_session.h"
#include "ui/widgets/state_view.h"

namespace pleinair::ui {

/// Stands where a panel is not part of this build.
class PendingPanel : public StateView {
  Q_OBJECT
 public:
  PendingPanel(EngineBridge&, ProjectSession&, QWidget* parent = nullptr) : StateView(parent) {
    showEmpty(QStringLiteral("info"), tr("Not part of this build"), {});
  }

 Q_SIGNALS:
  void requestPanel(int panel);
};

}  // namespace pleinair::ui
