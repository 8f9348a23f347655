#pragma once

#include <QDialog>

namespace pleinair::ui {

/// What this program is, its version, and whose work it stands on.
class AboutDialog final : public QDialog {
  Q_OBJECT
 public:
  explicit AboutDialog(QWidget* parent = nullptr);
};

}  // namespace pleinair::ui
