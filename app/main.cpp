#include <QApplication>
#include <clocale>

#include "ui/windows/studio.h"

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  std::setlocale(LC_NUMERIC, "C");  // QApplication takes the user's, which breaks the parsing of "0.5"
  QApplication::setApplicationName(QStringLiteral("pleinair"));
  QApplication::setApplicationVersion(QStringLiteral(PLEINAIR_VERSION));
  return pleinair::ui::runStudio(application);
}
