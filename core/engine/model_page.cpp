#include "core/engine/model_page.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <vector>

#include "core/engine/memory_estimate.h"
#include "core/engine/trainable_share.h"
#include "core/lora/lora_file.h"
#include "core/lora/trainable_lora.h"
#include "core/models/load_module.h"
#include "core/pipeline/declared_networks.h"
#include "core/pipeline/model_info.h"
#include "core/pipeline/model_source.h"
#include "core/tensor/torch_error.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

/// More files than any model has: a folder of photos that happens to hold a model is not walked through.
constexpr int kMostFiles = 4096;

std::int64_t bytesOnDisk(const fs::path& path) {
  std::error_code problem;
  if (fs::is_regular_file(path, problem)) return static_cast<std::int64_t>(fs::file_size(path, problem));
  std::int64_t bytes = 0;
  int files = 0;
  for (auto entry = fs::recursive_directory_iterator(path, problem); !problem && entry != fs::end(entry);
       entry.increment(problem)) {
    std::error_code ignored;
    if (++files > kMostFiles) break;
    // Follows links, as download caches make them.
    if (entry->is_regular_file(ignored)) bytes += static_cast<std::int64_t>(entry->file_size(ignored));
  }
  return bytes;
}

std::string precisionName(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "float32";
    case at::kHalf:
      return "float16";
    case at::kBFloat16:
      return "bfloat16";
    case at::kDouble:
      return "float64";
    default:
      return at::toString(type);
  }
}

/// Checks that every weight is there and fits, and tells in which types they are stored, most of them first.
Result<std::string> storedPrecision(const ModelSource& source, DeclaredNetworks& networks) {
  std::map<std::string, std::int64_t> numbers;
  for (const auto& [part, module] : networks.parts()) {
    PLEINAIR_ASSIGN(const ComponentWeights weights, source.weights(part));
    PLEINAIR_TRY(checkWeights(*module, weights));
    for (const std::string& name : weights.names()) {
      const auto tensor = weights.tensor(name);
      if (tensor && at::isFloatingType(tensor->scalar_type())) {
        numbers[precisionName(tensor->scalar_type())] += tensor->numel();
      }
    }
  }
  std::string text;
  while (!numbers.empty()) {
    const auto most = std::max_element(numbers.begin(), numbers.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    text += (text.empty() ? "" : " and ") + most->first;
    numbers.erase(most);
  }
  return text;
}

/// What would be done with this model where the settings so far are another's.
ModelUse movedTo(ModelUse use, const ModelInfo& info) {
  if (!use.basis) return use;
  const TrainingBasis basis = trainingBasis(info);
  use.training = movedTo(use.training, *use.basis, basis);
  if (use.width == use.basis->nativeSize && use.height == use.width) use.width = use.height = basis.nativeSize;
  use.basis = basis;
  return use;
}

Result<ModelDescription> readModel(const fs::path& path, const ModelUse& use) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(path));
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(source));
  DeclaredNetworks networks(source);
  ModelDescription model;
  PLEINAIR_ASSIGN(model.precision, storedPrecision(source, networks));
  model.path = path;
  model.name = info.name;
  model.family = info.family;
  model.prediction = info.prediction;
  model.singleFile = info.singleFile;
  model.nativeSize = info.nativeSize;
  model.unetParameters = info.unetParameters;
  model.textEncoderParameters = info.textEncoderParameters;
  model.vaeParameters = info.vaeParameters;
  model.bytes = bytesOnDisk(path);
  model.use = movedTo(use, info);
  const TrainingConfig& run = model.use.training;
  const ParameterCounts counts{model.parameters(), info.unetParameters,
                               trainableParameters(networks.hosts(), {run.rank, run.alpha, run.targets})};
  model.generationBytes = estimateGenerationBytes(source, counts, model.use);
  model.trainingBytes = estimateTrainingBytes(source, counts, model.use);
  return model;
}

bool readsAsLora(const fs::path& file) {
  if (!SafetensorsFile::open(file)) return false;
  const auto lora = readLora(file);
  // Half a layer or shapes that do not fit: a LoRA all the same, and the engine says what is wrong with it.
  return lora || lora.error().code != ErrorCode::UnsupportedFormat;
}

}  // namespace

Result<ModelDescription> describeModel(const fs::path& path, const ModelUse& use) {
  auto read = guarded("reading the model's headers", [&] { return readModel(path, use); });
  return read ? std::move(*read) : Result<ModelDescription>(std::move(read).error());
}

WeightsKind weightsKind(const fs::path& file) {
  const auto lora = guarded("reading a LoRA's header", [&] { return readsAsLora(file); });
  return lora && *lora ? WeightsKind::Lora : WeightsKind::Model;
}

}  // namespace pleinair
