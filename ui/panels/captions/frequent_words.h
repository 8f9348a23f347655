#pragma once

#include <QStringList>
#include <vector>

#include "ui/bridge/project_session.h"

namespace pleinair::ui {

/// The phrases between commas that captions share most, at most `limit`; those used once are left out.
QStringList frequentWords(const std::vector<PhotoRow>& photos, int limit);

}  // namespace pleinair::ui
