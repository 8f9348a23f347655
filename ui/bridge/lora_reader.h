#pragma once

#include <filesystem>
#include <functional>

#include "core/base/result.h"
#include "core/config/lora_description.h"
#include "ui/bridge/engine_bridge.h"

namespace pleinair::ui {

/// Reads what a LoRA file is on the engine's file lane, then hands it over on the GUI thread while `context` lives.
void readLoraDescription(EngineBridge& bridge, const std::filesystem::path& file, QObject* context,
                         std::function<void(const Result<LoraDescription>&)> done);

}  // namespace pleinair::ui
