#include "ui/windows/first_paint.h"

#include <time.h>
#include <unistd.h>

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QTextStream>
#include <QTimer>

#include "ui/windows/main_window.h"

namespace pleinair::ui {
namespace {

/// The 22nd field of /proc/self/stat, see proc(5): the start in clock ticks since boot. The second field is the
/// program's name in brackets and may hold anything.
constexpr qsizetype kStartFieldAfterName = 20;

}  // namespace

double msSinceProcessStart() {
  QFile stat(QStringLiteral("/proc/self/stat"));
  if (!stat.open(QIODevice::ReadOnly)) return -1;
  const QByteArray line = stat.readAll();
  const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 1).split(' ');
  if (fields.size() <= kStartFieldAfterName) return -1;
  const double started = fields.at(kStartFieldAfterName).toDouble() / static_cast<double>(sysconf(_SC_CLK_TCK));
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - started) * 1000;
}

QuitWhenShown::QuitWhenShown(MainWindow& window) : m_window(window) { window.installEventFilter(this); }

void QuitWhenShown::begin() {
  m_begun = true;
  lookAgain();
}

bool QuitWhenShown::eventFilter(QObject* watched, QEvent* event) {
  // Handled by the window after this filter, its children in the same go: the next turn of the loop finds all
  // painted.
  if (event->type() == QEvent::Paint && m_firstPaint < 0) {
    QTimer::singleShot(0, this, [this] {
      if (m_firstPaint < 0) m_firstPaint = msSinceProcessStart();
      lookAgain();
    });
  }
  return QObject::eventFilter(watched, event);
}

void QuitWhenShown::lookAgain() {
  if (!m_begun || m_firstPaint < 0) return;
  // Still for two turns: what the last answer from the disk changed is painted in between.
  const bool still = m_window.isSettled();
  if (still && m_stillBefore) {
    QTextStream(stdout) << "first paint " << qRound(m_firstPaint) << " ms\nwindow up "
                        << qRound(msSinceProcessStart()) << " ms\n";
    m_begun = false;
    QApplication::quit();
    return;
  }
  m_stillBefore = still;
  QTimer::singleShot(1, this, [this] { lookAgain(); });
}

}  // namespace pleinair::ui
