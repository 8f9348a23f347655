#include "ui/dialogs/about_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "ui/style/tokens.h"

namespace pleinair::ui {

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
  setWindowTitle(tr("About Pleinair"));
  auto* title = new QLabel(tr("Pleinair %1").arg(QStringLiteral(PLEINAIR_VERSION)));
  title->setProperty("role", "title");
  auto* what = new QLabel(
      tr("A studio for teaching an image model your own photos, and for comparing what it makes of them."));
  what->setWordWrap(true);
  auto* built = new QLabel(
      tr("MIT licence. Built with Qt %1, libtorch, libvips, yaml-cpp and spdlog.").arg(QLatin1String(qVersion())));
  built->setProperty("role", "quiet");
  built->setWordWrap(true);
  auto* close = new QPushButton(tr("Close"));
  close->setDefault(true);
  auto* buttons = new QHBoxLayout;
  buttons->addStretch();
  buttons->addWidget(close);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kWideMargin, Metrics::kWideMargin, Metrics::kWideMargin, 16);
  layout->setSpacing(Metrics::kMargin);
  layout->addWidget(title);
  layout->addWidget(what);
  layout->addWidget(built);
  layout->addLayout(buttons);
  setMinimumWidth(440);
  connect(close, &QPushButton::clicked, this, &QDialog::accept);
}

}  // namespace pleinair::ui
