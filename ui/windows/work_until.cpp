#include "ui/windows/work_until.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

namespace pleinair::ui {

bool workUntil(const std::function<bool()>& done, int timeoutMs) {
  QElapsedTimer clock;
  clock.start();
  while (!done()) {
    if (clock.elapsed() > timeoutMs) return false;
    // Sleeping between looks leaves the cores to the engine.
    QEventLoop loop;
    QTimer::singleShot(20, &loop, &QEventLoop::quit);
    loop.exec();
  }
  return true;
}

}  // namespace pleinair::ui
