#include "ui/widgets/full_look.h"

#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/bridge/qt_convert.h"
#include "ui/style/tokens.h"
#include "ui/widgets/image_view.h"

namespace pleinair::ui {
namespace {

constexpr int kLookSide = 2560;

}  // namespace

FullLook::FullLook(ThumbnailProvider& thumbnails, QWidget* parent)
    : QWidget(parent), m_thumbnails(thumbnails), m_view(new ImageView), m_caption(new QLabel) {
  m_caption->setProperty("role", "quiet");
  m_caption->setWordWrap(true);
  m_caption->setAlignment(Qt::AlignCenter);
  m_caption->setContentsMargins(Metrics::kMargin, Metrics::kGap, Metrics::kMargin, Metrics::kGap);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(m_view, 1);
  layout->addWidget(m_caption);
  setFocusProxy(m_view);
  m_view->installEventFilter(this);
  connect(&m_loader, &PictureLoader::loaded, this, [this](const QString& file) {
    if (file == toQString(m_file)) showDecoded();
  });
  connect(&m_loader, &PictureLoader::failed, this, [this](const QString& file, const QString& reason) {
    if (file == toQString(m_file)) m_view->setMessage(reason);
  });
  connect(&m_thumbnails, &ThumbnailProvider::ready, this, [this](const QString& file) {
    if (file == toQString(m_file) && m_view->image().isNull()) m_view->setImage(m_thumbnails.thumbnail(m_file, 1));
  });
}

void FullLook::showPhoto(const std::filesystem::path& file, const QString& caption) {
  m_caption->setText(caption);
  m_caption->setVisible(!caption.isEmpty());
  if (file == m_file && !m_view->image().isNull()) return;
  m_file = file;
  m_view->setImage(m_thumbnails.thumbnail(file, 320));
  showDecoded();
}

void FullLook::showDecoded() {
  const QImage sharp = m_loader.picture(m_file, kLookSide);
  if (!sharp.isNull()) m_view->setImage(sharp, false);
}

bool FullLook::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_view && event->type() == QEvent::KeyPress) {
    switch (static_cast<QKeyEvent*>(event)->key()) {
      case Qt::Key_Space:
      case Qt::Key_Escape:
        Q_EMIT closed();
        return true;
      case Qt::Key_Left:
      case Qt::Key_Up:
      case Qt::Key_PageUp:
        Q_EMIT stepRequested(-1);
        return true;
      case Qt::Key_Right:
      case Qt::Key_Down:
      case Qt::Key_PageDown:
        Q_EMIT stepRequested(1);
        return true;
      default:
        break;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace pleinair::ui
