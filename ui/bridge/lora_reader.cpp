#include "ui/bridge/lora_reader.h"

#include <memory>
#include <optional>
#include <utility>

#include "core/engine/lora_page.h"

namespace pleinair::ui {

void readLoraDescription(EngineBridge& bridge, const std::filesystem::path& file, QObject* context,
                         std::function<void(const Result<LoraDescription>&)> done) {
  const auto read = std::make_shared<std::optional<Result<LoraDescription>>>();
  bridge.post([read, file] { *read = describeLoraFile(file); }, context,
              [read, tell = std::move(done)] {
                if (*read) tell(**read);
              });
}

void exportLora(EngineBridge& bridge, const std::filesystem::path& lora, const std::filesystem::path& target,
                const LoraExportChoice& choice, QObject* context,
                std::function<void(const Result<LoraExportOutcome>&)> done) {
  const auto outcome = std::make_shared<std::optional<Result<LoraExportOutcome>>>();
  bridge.post([=] { *outcome = exportLoraFile(lora, target, choice); }, context,
              [outcome, tell = std::move(done)] {
                if (*outcome) tell(**outcome);
              });
}

}  // namespace pleinair::ui
