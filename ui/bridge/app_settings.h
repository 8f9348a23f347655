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

  /// Folders and files of models, latest first, at most twelve; also those that are missing now.
  [[nodiscard]] QStringList recentModels() const;
  void addRecentModel(const std::filesystem::path& model);
  void removeRecentModel(const QString& model);

  /// Free slots for window geometry, splitters and the like.
  [[nodiscard]] QVariant value(const QString& key, const QVariant& fallback = {}) const;
  void setValue(const QString& key, const QVariant& value);

 Q_SIGNALS:
  void languageChanged();
  void themeChanged();
  void deviceChanged();

 private:
  AppSettings();
  void moveToFront(const QString& key, const QString& name);
  void takeOut(const QString& key, const QString& name);
  std::unique_ptr<QSettings> m_settings;
};

}  // namespace pleinair::ui
