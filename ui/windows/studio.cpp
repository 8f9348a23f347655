#include "ui/windows/studio.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QIcon>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTimer>
#include <optional>

#include "core/base/log.h"
#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"
#include "ui/style/icons.h"
#include "ui/style/language.h"
#include "ui/style/theme.h"
#include "ui/windows/cancel_timing.h"
#include "ui/windows/demo_screenshots.h"
#include "ui/windows/first_paint.h"
#include "ui/windows/main_window.h"

namespace pleinair::ui {
namespace {

ThemeChoice themeOf(const QString& name) {
  if (name == QLatin1String("dark")) return ThemeChoice::Dark;
  return name == QLatin1String("light") ? ThemeChoice::Light : ThemeChoice::Automatic;
}

/// "1024x700"; what is no size becomes the window's smallest.
QSize sizeFrom(const QString& text) {
  return {text.section(QLatin1Char('x'), 0, 0).toInt(), text.section(QLatin1Char('x'), 1, 1).toInt()};
}

}  // namespace

void followSettings(QApplication& application) {
  AppSettings& settings = AppSettings::instance();
  Theme::instance().readDesktop();
  applyLanguage(settings.language());
  Theme::instance().apply(themeOf(settings.theme()));
  QObject::connect(&settings, &AppSettings::languageChanged, &application,
                   [] { applyLanguage(AppSettings::instance().language()); });
  QObject::connect(&settings, &AppSettings::themeChanged, &application,
                   [] { Theme::instance().apply(themeOf(AppSettings::instance().theme())); });
}

int runStudio(QApplication& application) {
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("A studio for teaching an image model your own photos."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("paths"),
                               QStringLiteral("A project folder, or photos and folders of photos for a new project."),
                               QStringLiteral("[PROJECT|FOLDER...]"));
  const QCommandLineOption screenshots(
      QStringLiteral("demo-screenshots"),
      QStringLiteral("Work through a real project and save pictures of every panel."), QStringLiteral("folder"));
  const QCommandLineOption screenshotSize(QStringLiteral("demo-size"),
                                          QStringLiteral("The window of the screenshots."), QStringLiteral("WxH"),
                                          QStringLiteral("1440x900"));
  const QCommandLineOption project(QStringLiteral("project"), QStringLiteral("The project to open."),
                                   QStringLiteral("folder"));
  const QCommandLineOption quitWhenShown(
      QStringLiteral("quit-when-shown"),
      QStringLiteral("End when the window is up and print how many milliseconds it took."));
  const QCommandLineOption timeCancel(
      QStringLiteral("measure-cancel"),
      QStringLiteral("Press Cancel at many moments, print how long it took to show, and end."));
  parser.addOptions({screenshots, screenshotSize, project, quitWhenShown, timeCancel});
  parser.process(application);

  std::vector<std::filesystem::path> paths;
  if (parser.isSet(project)) paths.push_back(toPath(QDir(parser.value(project)).absolutePath()));
  const QStringList arguments = parser.positionalArguments();
  for (const QString& argument : arguments) paths.push_back(toPath(QDir(argument).absolutePath()));

  const QTemporaryDir scratch;
  if (parser.isSet(timeCancel)) AppSettings::instance().useFile(scratch.filePath(QStringLiteral("settings.ini")));
  if (parser.isSet(screenshots)) {
    AppSettings::instance().useFile(QDir(parser.value(screenshots)).filePath(QStringLiteral(".settings.ini")));
  }
  const QString logs = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
  if (QDir().mkpath(logs)) log::openFile(toPath(QDir(logs).filePath(QStringLiteral("pleinair.log"))));
  followSettings(application);
  QApplication::setWindowIcon(icon(QStringLiteral("easel")));
  EngineBridge bridge(AppSettings::instance().device());
  auto undressed = std::make_optional<StyleSheetHold>();
  MainWindow window(bridge);
  undressed.reset();
  window.show();
  if (parser.isSet(screenshots)) {
    return takeDemoScreenshots(window, bridge, parser.value(screenshots), paths,
                               sizeFrom(parser.value(screenshotSize)));
  }
  if (parser.isSet(timeCancel)) return measureCancel(window, bridge);
  std::optional<QuitWhenShown> watch;
  if (parser.isSet(quitWhenShown)) watch.emplace(window);
  QTimer::singleShot(0, &window, [&window, &watch, paths] {
    window.openPaths(paths);
    if (watch) watch->begin();
  });
  return QApplication::exec();
}

}  // namespace pleinair::ui
