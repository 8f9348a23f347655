#pragma once

#include <QString>

namespace pleinair::ui {

/// The order photos are shown in: by group, then by name with numbers as numbers ("sky2" before "sky10").
/// A strict total order on relative paths.
bool photoPathLess(const QString& first, const QString& second);

/// The folder part of a relative path, "" at the top.
QString photoGroup(const QString& path);
/// The last part of a relative path.
QString photoName(const QString& path);

}  // namespace pleinair::ui
