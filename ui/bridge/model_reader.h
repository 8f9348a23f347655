#pragma once

#include <QSet>
#include <QStringList>
#include <filesystem>
#include <functional>

#include "core/base/result.h"
#include "core/config/model_description.h"
#include "ui/bridge/engine_bridge.h"

namespace pleinair::ui {

// All of these work on the engine's file lane, then call `done` on the GUI thread while `context` lives.

/// Reads what a model is, without loading it.
void readModelDescription(EngineBridge& bridge, const std::filesystem::path& model, const ModelUse& use,
                          QObject* context, std::function<void(const Result<ModelDescription>&)> done);

/// Finds out whether a .safetensors file is a LoRA or a model.
void readWeightsKind(EngineBridge& bridge, const std::filesystem::path& file, QObject* context,
                     std::function<void(WeightsKind)> done);

/// Which of `models` are not there now.
void findMissing(EngineBridge& bridge, const QStringList& models, QObject* context,
                 std::function<void(const QSet<QString>&)> done);

}  // namespace pleinair::ui
