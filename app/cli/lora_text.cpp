#include "app/cli/lora_text.h"

#include <cstdio>
#include <ctime>
#include <iostream>

#include "core/lora/lora_info.h"

namespace pleinair::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTagsShown = 30;

std::string dateText(std::int64_t unixSeconds) {
  const auto time = static_cast<std::time_t>(unixSeconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts));
}

void addIf(ordered_json& answer, const char* name, const std::string& value) {
  if (!value.empty()) answer[name] = value;
}

void addIf(ordered_json& answer, const char* name, int value) {
  if (value > 0) answer[name] = value;
}

std::string plain(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return value.dump();
  std::string text;
  for (const auto& [key, number] : value.items()) text += (text.empty() ? "" : ", ") + key + " " + plain(number);
  return text;
}

}  // namespace

std::string millions(std::int64_t count) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f M", static_cast<double>(count) / 1e6);
  return text;
}

Result<ordered_json> describeLora(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const LoraDescription info, loraInfo(file));
  ordered_json answer{{"what", "LoRA"}, {"kind", info.kind}, {"format", info.format}, {"for", info.family}};
  if (info.smallestRank == info.rank) {
    answer["rank"] = info.rank;
  } else {
    answer["rank"] = std::to_string(info.smallestRank) + " to " + std::to_string(info.rank);
  }
  answer["alpha"] = info.alpha;
  answer["unet layers"] = info.unetLayers;
  answer["text encoder layers"] = info.textEncoderLayers;
  answer["parameters"] = millions(info.parameters);
  addIf(answer, "title", info.title);
  addIf(answer, "trigger", info.trigger);
  addIf(answer, "description", info.description);
  addIf(answer, "author", info.author);
  addIf(answer, "base model", info.baseModel);
  if (info.trainedAt > 0) answer["trained"] = dateText(info.trainedAt);
  addIf(answer, "photos", info.photos);
  addIf(answer, "steps", info.steps);
  addIf(answer, "epochs", info.epochs);
  for (const auto& [key, value] : info.settings) answer["settings"][key] = value;
  for (std::size_t i = 0; i < std::min(kTagsShown, info.tags.size()); ++i) {
    answer["tags"][info.tags[i].first] = info.tags[i].second;
  }
  if (!info.unknownKeys.empty()) {
    answer["unknown keys"] = info.unknownKeys.size();
    answer["first unknown key"] = info.unknownKeys.front();
  }
  return answer;
}

void printAnswer(const ordered_json& answer, const OutputOptions& output) {
  if (output.json) {
    std::cout << answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return;
  }
  for (const auto& [key, value] : answer.items()) std::printf("%-20s %s\n", key.c_str(), plain(value).c_str());
}

}  // namespace pleinair::cli
