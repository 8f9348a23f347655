#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/lora_text.h"
#include "app/cli/options.h"
#include "core/config/recipe_text.h"
#include "core/image/codec.h"
#include "core/image/png.h"
#include "core/pipeline/model_info.h"

namespace pleinair::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

Result<ordered_json> describeModel(const fs::path& folder) {
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(folder));
  return ordered_json{{"what", "model"},
                      {"name", info.name},
                      {"family", info.family},
                      {"prediction", info.prediction},
                      {"native size", std::to_string(info.nativeSize) + " px"},
                      {"unet", millions(info.unetParameters)},
                      {"text encoder", millions(info.textEncoderParameters)},
                      {"vae", millions(info.vaeParameters)}};
}

Result<ordered_json> describePicture(const fs::path& file) {
  PLEINAIR_ASSIGN(const ImageInfo info, probeImage(file));
  ordered_json answer{{"what", "picture"},
                      {"format", info.format},
                      {"size", std::to_string(info.width) + "x" + std::to_string(info.height)},
                      {"colour profile", info.hasIccProfile ? "yes" : "no"}};
  if (info.format != "png") return answer;
  PLEINAIR_ASSIGN(const std::optional<std::string> parameters, readPngParameters(file));
  if (!parameters) return answer;
  const auto recipe = parseRecipe(*parameters);
  if (!recipe) {
    answer["parameters"] = *parameters;
    return answer;
  }
  answer["prompt"] = recipe->prompt;
  if (!recipe->negativePrompt.empty()) answer["negative prompt"] = recipe->negativePrompt;
  answer["sampler"] = recipe->sampler;
  answer["steps"] = recipe->steps;
  answer["guidance scale"] = recipe->guidanceScale;
  answer["seed"] = recipe->seed;
  if (!recipe->modelName.empty()) answer["model"] = recipe->modelName;
  for (const LoraReference& lora : recipe->loras) {
    std::string weights = ":" + ordered_json(lora.weight).dump();
    if (lora.textEncoderWeight) weights += ":" + ordered_json(*lora.textEncoderWeight).dump();
    answer["loras"].push_back(lora.file.string() + weights);
  }
  return answer;
}

Result<ordered_json> describe(const fs::path& path) {
  std::error_code problem;
  if (!fs::exists(path, problem)) {
    return Error{ErrorCode::NotFound, "There is no such file or folder", path.string(), "Check the path."};
  }
  if (fs::is_directory(path, problem)) return describeModel(path);
  if (isPhotoFileName(path)) return describePicture(path);
  auto lora = describeLora(path);
  if (lora || lora.error().code != ErrorCode::UnsupportedFormat) return lora;
  return describeModel(path);
}

struct InfoOptions {
  std::string path;
  OutputOptions output;
};

int runInfo(const InfoOptions& options) {
  const auto answer = describe(options.path);
  if (!answer) return reportError(answer.error(), options.output);
  printAnswer(*answer, options.output);
  return kExitDone;
}

}  // namespace

void addInfo(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<InfoOptions>();
  CLI::App* command = app.add_subcommand("info", "What a model, a LoRA or a picture is");
  command->add_option("path", options->path, "A diffusers folder, a .safetensors checkpoint or LoRA, or a picture")->required();
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] { exitCode = runInfo(*options); });
}

}  // namespace pleinair::cli
