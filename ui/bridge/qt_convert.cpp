#include "ui/bridge/qt_convert.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocale>
#include <cmath>
#include <cstring>

namespace pleinair::ui {
namespace {

QString translated(const char* text, int n = -1) { return QCoreApplication::translate("Units", text, nullptr, n); }

}  // namespace

QImage toQImage(const Image& image) {
  if (image.empty()) return {};
  QImage result(image.width, image.height, QImage::Format_RGB32);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* source = image.rgb.data() + static_cast<std::size_t>(y) * image.stride();
    auto* target = reinterpret_cast<QRgb*>(result.scanLine(y));
    for (int x = 0; x < image.width; ++x, source += 3) target[x] = qRgb(source[0], source[1], source[2]);
  }
  return result;
}

Image fromQImage(const QImage& image) {
  const QImage source = image.convertToFormat(QImage::Format_ARGB32);
  Image result{image.width(), image.height(), {}};
  result.rgb.resize(static_cast<std::size_t>(image.height()) * result.stride());
  std::uint8_t* out = result.rgb.data();
  for (int y = 0; y < source.height(); ++y) {
    const auto* line = reinterpret_cast<const QRgb*>(source.constScanLine(y));
    for (int x = 0; x < source.width(); ++x) {
      const int alpha = qAlpha(line[x]);
      const auto over = [alpha](int value) {
        return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
      };
      *out++ = over(qRed(line[x]));
      *out++ = over(qGreen(line[x]));
      *out++ = over(qBlue(line[x]));
    }
  }
  return result;
}

QString toQString(const std::filesystem::path& path) { return QString::fromUtf8(path.native().c_str()); }

std::filesystem::path toPath(const QString& text) { return {text.toUtf8().toStdString()}; }

std::filesystem::path toPath(const QUrl& url) {
  if (!url.isLocalFile()) return {};
  const QByteArray encoded = url.path(QUrl::FullyEncoded).toLatin1();
  return {QByteArray::fromPercentEncoding(encoded).toStdString()};
}

QString modelTitle(const std::filesystem::path& model) {
  const QString name = toQString(model.filename().empty() ? model.parent_path().filename() : model.filename());
  return name == QLatin1String("etude") ? QStringLiteral("Étude") : name;
}

QString sizeText(qint64 bytes) {
  static constexpr qint64 kKiB = 1024, kMiB = kKiB * 1024, kGiB = kMiB * 1024;
  const QLocale locale;
  if (bytes >= kGiB) {
    const double value = static_cast<double>(bytes) / static_cast<double>(kGiB);
    return translated(QT_TRANSLATE_NOOP("Units", "%1 GiB")).arg(locale.toString(value, 'f', value < 10 ? 1 : 0));
  }
  if (bytes >= kMiB) {
    const double value = static_cast<double>(bytes) / static_cast<double>(kMiB);
    return translated(QT_TRANSLATE_NOOP("Units", "%1 MiB")).arg(locale.toString(value, 'f', value < 10 ? 1 : 0));
  }
  if (bytes >= kKiB) return translated(QT_TRANSLATE_NOOP("Units", "%1 KiB")).arg(bytes / kKiB);
  return translated(QT_TRANSLATE_NOOP("Units", "%1 bytes")).arg(bytes);
}

QString timeLeftText(double seconds) {
  if (seconds < 0 || !std::isfinite(seconds)) return {};
  const auto whole = static_cast<int>(std::lround(seconds));
  if (whole < 60) return translated(QT_TRANSLATE_NOOP("Units", "%1 s left")).arg(qMax(1, whole));
  const int minutes = (whole + 30) / 60;
  if (minutes < 90) return translated(QT_TRANSLATE_NOOP("Units", "%1 min left")).arg(minutes);
  return translated(QT_TRANSLATE_NOOP("Units", "%1 h %2 min left")).arg(minutes / 60).arg(minutes % 60);
}

}  // namespace pleinair::ui
