#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "core/image/codec.h"
#include "ui/bridge/app_settings.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui::test {

/// A picture like an evening sky: a gradient whose hue depends on `seed`.
inline Image sky(int width, int height, int seed) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<std::size_t>(height) * image.stride());
  std::uint8_t* out = image.rgb.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      *out++ = static_cast<std::uint8_t>((120 + seed * 37 + y * 120 / height) % 256);
      *out++ = static_cast<std::uint8_t>((80 + seed * 11 + x * 60 / width) % 256);
      *out++ = static_cast<std::uint8_t>((60 + y * 100 / height) % 256);
    }
  }
  return image;
}

inline bool writeBytes(const QString& file, const QByteArray& bytes) {
  QDir().mkpath(QFileInfo(file).path());
  QFile out(file);
  return out.open(QIODevice::WriteOnly) && out.write(bytes) == bytes.size();
}

inline bool writeJpeg(const QString& file, int width, int height, int seed) {
  const auto bytes = encodeJpeg(sky(width, height, seed), 90);
  return bytes && writeBytes(file, QByteArray::fromStdString(*bytes));
}

inline QByteArray readBytes(const QString& file) {
  QFile in(file);
  return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

inline QString readText(const QString& file) { return QString::fromUtf8(readBytes(file)); }

/// Settings and projects of a test live in its own folder.
inline void isolate(const QTemporaryDir& folder) {
  AppSettings::instance().useFile(folder.filePath(QStringLiteral("settings.ini")));
  AppSettings::instance().setValue(QStringLiteral("language"), QStringLiteral("en"));
  AppSettings::instance().setValue(QStringLiteral("theme"), QStringLiteral("dark"));
  AppSettings::instance().setProjectsFolder(toPath(folder.filePath(QStringLiteral("projects"))));
}

}  // namespace pleinair::ui::test
