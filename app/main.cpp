#include <QApplication>
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <initializer_list>
#include <string_view>

#include "ui/windows/studio.h"

namespace {

/// Without a display Qt ends the program with a message about plugins. What needs no window goes on without one; the
/// rest is told what to do. False: there is nothing to show a window on.
bool prepareDisplay(int argc, char** argv) {
  const auto given = [&](std::initializer_list<std::string_view> options) {
    return std::any_of(argv + 1, argv + argc, [&](const char* argument) {
      return std::find(options.begin(), options.end(), argument) != options.end();
    });
  };
  const bool display = !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
                       qEnvironmentVariableIsSet("QT_QPA_PLATFORM") || given({"-platform", "--platform"});
  if (display) return true;
  if (!given({"-h", "--help", "--help-all", "-v", "--version"})) return false;
  return qputenv("QT_QPA_PLATFORM", "offscreen");
}

}  // namespace

int main(int argc, char** argv) {
  if (!prepareDisplay(argc, argv)) {
    std::fputs(
        "There is no display to open the window on. Start it from a desktop (or set DISPLAY), or use pleinair-cli.\n",
        stderr);
    return 1;
  }
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // QApplication takes the user's, which breaks the parsing of "0.5"
  QApplication::setApplicationName(QStringLiteral("pleinair"));
  QApplication::setApplicationVersion(QStringLiteral(PLEINAIR_VERSION));
  return pleinair::ui::runStudio(application);
}
