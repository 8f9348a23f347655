#include "ui/bridge/model_reader.h"

#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "core/engine/model_page.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

void readModelDescription(EngineBridge& bridge, const std::filesystem::path& model, const ModelUse& use,
                          QObject* context, std::function<void(const Result<ModelDescription>&)> done) {
  const auto read = std::make_shared<std::optional<Result<ModelDescription>>>();
  bridge.post([read, model, use] { *read = describeModel(model, use); }, context,
              [read, tell = std::move(done)] {
                if (*read) tell(**read);
              });
}

void readWeightsKind(EngineBridge& bridge, const std::filesystem::path& file, QObject* context,
                     std::function<void(WeightsKind)> done) {
  const auto kind = std::make_shared<WeightsKind>(WeightsKind::Model);
  bridge.post([kind, file] { *kind = weightsKind(file); }, context, [kind, tell = std::move(done)] { tell(*kind); });
}

void findMissing(EngineBridge& bridge, const QStringList& models, QObject* context,
                 std::function<void(const QSet<QString>&)> done) {
  const auto missing = std::make_shared<QSet<QString>>();
  const auto work = [missing, models] {
    for (const QString& model : models) {
      std::error_code ignored;
      if (!std::filesystem::exists(toPath(model), ignored)) missing->insert(model);
    }
  };
  bridge.post(work, context, [missing, tell = std::move(done)] { tell(*missing); });
}

}  // namespace pleinair::ui
