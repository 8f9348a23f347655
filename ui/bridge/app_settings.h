#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>
#include <QVariant>
#include <filesystem>
#include <memory>

#include "core/config/device_config.h"

namespace pleinair::ui {

/// What the program remembers between starts. One instance; GUI thread.
class AppSettings final : public QObject {
  Q_OBJECT
 public:
  static AppSettings& instance();
  /// Keeps everything in `file` from now on instead of the user's settings; for tests and scripted runs.
  void useFile(const QString& file);

  /// "en", "ru", or empty for the locale's.
  [[nodiscard]] QString language() const;
  void setLanguage(const QString& code);
  /// "auto", "dark" or "light".
  [[nodiscard]] QString theme() const;
  void setTheme(const QString& name);
  [[nodiscard]] DeviceConfig device() const;
  void setDevice(const DeviceConfig& device);
  /// Where new projects go unless told otherwise: ~/Pictures/Pleinair.
  [[nodiscard]] std::filesystem::path projectsFolder() const;
  void setProjectsFolder(const std::filesystem::path& folder);

  /// Latest first, at most twelve; folders that no longer exist are left out.
  [[nodiscard]] QStringList recentProjects() const;
  void addRecentProject(const std::filesystem::path& folder);
  void removeRecentProject(const QString& folder);

  /// Free slots for window geometry, splitters and the like.
  [[nodiscard]] QVariant value(const QString& key, const QVariant& fallback = {}) const;
  void setValue(const QString& key, const QVariant& value);

 Q_SIGNALS:
  void languageChanged();
  void themeChanged();
  void deviceChanged();

 private:
  AppSettings();
  std::unique_ptr<QSettings> m_settings;
};

}  // namespace pleinair::ui
