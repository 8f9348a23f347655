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

}  // namespace pleinair::ui
