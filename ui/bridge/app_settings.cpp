#include "ui/bridge/app_settings.h"

#include <QDir>
#include <QStandardPaths>

#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {
namespace {

constexpr int kRecentLimit = 12;

}  // namespace

AppSettings::AppSettings()
    : m_settings(std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("pleinair"),
                                             QStringLiteral("pleinair"))) {}

AppSettings& AppSettings::instance() {
  static AppSettings settings;
  return settings;
}

void AppSettings::useFile(const QString& file) {
  m_settings = std::make_unique<QSettings>(file, QSettings::IniFormat);
}

QString AppSettings::language() const { return value(QStringLiteral("language")).toString(); }

void AppSettings::setLanguage(const QString& code) {
  if (code == language()) return;
  setValue(QStringLiteral("language"), code);
  Q_EMIT languageChanged();
}

QString AppSettings::theme() const { return value(QStringLiteral("theme"), QStringLiteral("auto")).toString(); }

void AppSettings::setTheme(const QString& name) {
  if (name == theme()) return;
  setValue(QStringLiteral("theme"), name);
  Q_EMIT themeChanged();
}

DeviceConfig AppSettings::device() const {
  DeviceConfig config;
  const QString device = value(QStringLiteral("device")).toString();
  if (device == QLatin1String("cpu")) config.device = DeviceChoice::Cpu;
  if (device == QLatin1String("cuda")) config.device = DeviceChoice::Cuda;
  const QString precision = value(QStringLiteral("precision")).toString();
  if (precision == QLatin1String("float32")) config.precision = PrecisionChoice::Float32;
  if (precision == QLatin1String("bfloat16")) config.precision = PrecisionChoice::BFloat16;
  if (precision == QLatin1String("float16")) config.precision = PrecisionChoice::Float16;
  return config;
}

void AppSettings::setDevice(const DeviceConfig& config) {
  if (config == device()) return;
  const char* device = config.device == DeviceChoice::Cpu    ? "cpu"
                       : config.device == DeviceChoice::Cuda ? "cuda"
                                                             : "auto";
  const char* precision = config.precision == PrecisionChoice::Float32    ? "float32"
                          : config.precision == PrecisionChoice::BFloat16 ? "bfloat16"
                          : config.precision == PrecisionChoice::Float16  ? "float16"
                                                                          : "auto";
  setValue(QStringLiteral("device"), QLatin1String(device));
  setValue(QStringLiteral("precision"), QLatin1String(precision));
  Q_EMIT deviceChanged();
}

std::filesystem::path AppSettings::projectsFolder() const {
  const QString chosen = value(QStringLiteral("projectsFolder")).toString();
  if (!chosen.isEmpty()) return toPath(chosen);
  const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
  return toPath(QDir(pictures.isEmpty() ? QDir::homePath() : pictures).filePath(QStringLiteral("Pleinair")));
}

void AppSettings::setProjectsFolder(const std::filesystem::path& folder) {
  setValue(QStringLiteral("projectsFolder"), toQString(folder));
}

QStringList AppSettings::recentProjects() const {
  QStringList folders = value(QStringLiteral("recentProjects")).toStringList();
  folders.removeIf([](const QString& folder) { return !QDir(folder).exists(QStringLiteral("project.yaml")); });
  return folders;
}

void AppSettings::addRecentProject(const std::filesystem::path& folder) {
  moveToFront(QStringLiteral("recentProjects"), toQString(folder));
}

void AppSettings::removeRecentProject(const QString& folder) { takeOut(QStringLiteral("recentProjects"), folder); }

QStringList AppSettings::recentModels() const { return value(QStringLiteral("recentModels")).toStringList(); }

void AppSettings::addRecentModel(const std::filesystem::path& model) {
  moveToFront(QStringLiteral("recentModels"), toQString(model));
}

void AppSettings::removeRecentModel(const QString& model) { takeOut(QStringLiteral("recentModels"), model); }

void AppSettings::moveToFront(const QString& key, const QString& name) {
  QStringList names = value(key).toStringList();
  names.removeAll(name);
  names.prepend(name);
  while (names.size() > kRecentLimit) names.removeLast();
  setValue(key, names);
}

void AppSettings::takeOut(const QString& key, const QString& name) {
  QStringList names = value(key).toStringList();
  names.removeAll(name);
  setValue(key, names);
}

QVariant AppSettings::value(const QString& key, const QVariant& fallback) const {
  return m_settings->value(key, fallback);
}

void AppSettings::setValue(const QString& key, const QVariant& value) { m_settings->setValue(key, value); }

}  // namespace pleinair::ui
