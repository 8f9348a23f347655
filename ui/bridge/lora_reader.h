#pragma once

#include <filesystem>
#include <functional>

#include "core/base/result.h"
#include "core/config/lora_description.h"
#include "core/config/lora_export_choice.h"
#include "ui/bridge/engine_bridge.h"

namespace pleinair::ui {

/// Reads what a LoRA file is on the engine's file lane, then hands it over on the GUI thread while `context` lives.
void readLoraDescription(EngineBridge& bridge, const std::filesystem::path& file, QObject* context,
                         std::function<void(const Result<LoraDescription>&)> done);

/// Writes a LoRA for other programs on the engine's file lane, then tells how it went on the GUI thread while
/// `context` lives.
void exportLora(EngineBridge& bridge, const std::filesystem::path& lora, const std::filesystem::path& target,
                const LoraExportChoice& choice, QObject* context,
                std::function<void(const Result<LoraExportOutcome>&)> done);

}  // namespace pleinair::ui
