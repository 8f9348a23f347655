#pragma once

#include <QImage>
#include <QString>
#include <QUrl>
#include <filesystem>

#include "core/image/image.h"

namespace pleinair::ui {

/// The picture as a QImage of Format_RGB32; copies the pixels. Any thread.
QImage toQImage(const Image& image);
/// A QImage as the engine's value type; alpha is laid over white. Any thread.
Image fromQImage(const QImage& image);

/// A path for showing; bytes that are no UTF-8 show as replacement characters.
QString toQString(const std::filesystem::path& path);
/// A path from text the user typed or Qt gave.
std::filesystem::path toPath(const QString& text);
/// A local file of a drop or a dialog, byte for byte, also when its name is no UTF-8. Empty when it is not local.
std::filesystem::path toPath(const QUrl& url);

/// A model's name for showing: its folder's or file's, "Étude" for the starter model's.
QString modelTitle(const std::filesystem::path& model);

/// "3.1 GiB", "420 MiB": short, in the user's language.
QString sizeText(qint64 bytes);
/// "2 min left", "40 s left"; empty while unknown.
QString timeLeftText(double seconds);

}  // namespace pleinair::ui
