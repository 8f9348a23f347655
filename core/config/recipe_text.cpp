#include "core/config/recipe_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "core/config/samplers.h"

namespace pleinair {
namespace {

constexpr std::string_view kNegative = "Negative prompt: ";

/// Shortest text that reads back as the same number.
std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// Values that hold a separator are written as JSON strings.
std::string quotedIfNeeded(const std::string& value) {
  if (value.find_first_of(",:\n\"") == std::string::npos) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string unquoted(const std::string& value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  std::string text;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) {
      ++i;
      text += value[i] == 'n' ? '\n' : value[i];
    } else {
      text += value[i];
    }
  }
  return text;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

template <typename T>
void readNumber(const std::map<std::string, std::string>& values, const char* key, T& target) {
  const auto found = values.find(key);
  if (found == values.end()) return;
  T parsed{};
  const std::string& text = found->second;
  if (std::from_chars(text.data(), text.data() + text.size(), parsed).ec == std::errc{}) target = parsed;
}

bool isWord(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// The quoted string that the text begins with, escapes and quotes included; empty where none ends before a comma or
/// the end of the text.
std::string_view quotedAt(std::string_view text) {
  if (!text.starts_with('"')) return {};
  std::size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  if (end >= text.size() || end == 1) return {};
  return end + 1 == text.size() || text[end + 1] == ',' ? text.substr(0, end + 1) : std::string_view();
}

/// What A1111's pattern `\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)` finds, by hand: the library's regular
/// expressions go one call deeper for every character, which a picture made for it turns into a crash.
std::map<std::string, std::string> readPairs(std::string_view line) {
  std::map<std::string, std::string> values;
  while (!line.empty()) {
    if (!isWord(line.front())) {
      line.remove_prefix(1);
      continue;
    }
    std::size_t end = 1;
    while (end < line.size() && (isWord(line[end]) || line[end] == ' ' || line[end] == '-' || line[end] == '/'))
      ++end;
    if (end < 2 || end == line.size() || line[end] != ':') {
      line.remove_prefix(end);  // every other beginning in this run ends at the same place
      continue;
    }
    const std::string key(line.substr(0, end));
    line.remove_prefix(end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size()));
    std::string_view value = quotedAt(line);
    if (value.empty()) value = line.substr(0, line.find(','));
    values[key] = unquoted(trimmed(value));
    line.remove_prefix(std::min(value.size() + 1, line.size()));
  }
  return values;
}

bool readWeight(const std::string& text, double& weight) {
  return std::from_chars(text.data(), text.data() + text.size(), weight).ec == std::errc{};
}

/// The fields of one tag: `<lora:name:0.8>`, or with the text encoders' weight before the UNet's,
/// `<lora:name:0.5:0.8>`.
LoraReference loraOfTag(std::string_view fields) {
  const auto field = [&fields] {
    const std::string_view next = fields.substr(0, fields.find(':'));
    fields.remove_prefix(std::min(next.size() + 1, fields.size()));
    return std::string(next);
  };
  LoraReference lora{field(), 1.0};
  if (!readWeight(field(), lora.weight)) return lora;
  if (double onUNet = lora.weight; readWeight(field(), onUNet) && onUNet != lora.weight) {
    lora.textEncoderWeight = std::exchange(lora.weight, onUNet);
  }
  return lora;
}

/// Takes `<lora:name:weight>` tags out of the prompt.
std::vector<LoraReference> takeLoraTags(std::string& prompt) {
  constexpr std::string_view kTag = "<lora:";
  std::vector<LoraReference> loras;
  std::string kept;
  std::string_view rest = prompt;
  for (std::size_t begin = rest.find(kTag); begin != std::string_view::npos; begin = rest.find(kTag)) {
    const std::size_t end = rest.find('>', begin);
    if (end == std::string_view::npos) break;
    const std::string_view fields = rest.substr(begin + kTag.size(), end - begin - kTag.size());
    const bool named = !fields.empty() && fields.front() != ':';
    if (named) loras.push_back(loraOfTag(fields));
    std::string_view before = rest.substr(0, named ? begin : end + 1);
    if (named) before = before.substr(0, before.find_last_not_of(" \t\r\n") + 1);
    kept += before;
    rest.remove_prefix(end + 1);
  }
  prompt = trimmed(kept + std::string(rest));
  return loras;
}

/// The text's last line and what comes before it.
std::pair<std::string, std::string> splitLastLine(std::string_view text) {
  const std::string whole = trimmed(text);
  const auto end = whole.rfind('\n');
  if (end == std::string::npos) return {"", whole};
  return {whole.substr(0, end), whole.substr(end + 1)};
}

constexpr std::array<std::pair<const char*, SpacingChoice>, 3> kSpacings{{{"leading", SpacingChoice::Leading},
                                                                          {"trailing", SpacingChoice::Trailing},
                                                                          {"linspace", SpacingChoice::Linspace}}};
constexpr std::array<std::pair<const char*, PredictionChoice>, 2> kPredictions{
    {{"epsilon", PredictionChoice::Noise}, {"v_prediction", PredictionChoice::Velocity}}};
constexpr std::array<std::pair<const char*, DeviceChoice>, 2> kDevices{
    {{"CPU", DeviceChoice::Cpu}, {"CUDA", DeviceChoice::Cuda}}};
constexpr std::array<std::pair<const char*, PrecisionChoice>, 3> kPrecisions{{{"float32", PrecisionChoice::Float32},
                                                                              {"bfloat16", PrecisionChoice::BFloat16},
                                                                              {"float16", PrecisionChoice::Float16}}};

/// "1024x768" as two numbers; both stay as they are where it is none.
void readTwo(const std::map<std::string, std::string>& values, const char* key, int& first, int& second) {
  const auto found = values.find(key);
  if (found == values.end()) return;
  const std::string& text = found->second;
  const auto cross = text.find('x');
  if (cross == std::string::npos) return;
  std::from_chars(text.data(), text.data() + cross, first);
  std::from_chars(text.data() + cross + 1, text.data() + text.size(), second);
}

template <typename Choice, std::size_t kCount>
void readChoice(const std::map<std::string, std::string>& values, const char* key,
                const std::array<std::pair<const char*, Choice>, kCount>& names, Choice& target) {
  const auto found = values.find(key);
  if (found == values.end()) return;
  for (const auto& [name, choice] : names) {
    if (found->second == name) target = choice;
  }
}

template <typename Choice, std::size_t kCount>
std::string choicePair(const char* key, const std::array<std::pair<const char*, Choice>, kCount>& names,
                       Choice value) {
  for (const auto& [name, choice] : names) {
    if (choice == value) return std::string(", ") + key + ": " + name;
  }
  return {};
}

std::string twoNumbers(const char* key, int first, int second) {
  if (first == 0 && second == 0) return {};
  return std::string(", ") + key + ": " + std::to_string(first) + "x" + std::to_string(second);
}

/// A1111's names where it has one, else names of the same form, which other programs show or pass over.
constexpr const char* kStrength = "Denoising strength";
constexpr const char* kRescale = "CFG rescale";
constexpr const char* kNoiseSchedule = "Noise Schedule";
constexpr const char* kZeroSnr = "Zero Terminal SNR";
constexpr const char* kSpacing = "Timestep spacing";
constexpr const char* kPrediction = "Prediction type";
constexpr const char* kOriginalSize = "Original size";
constexpr const char* kCrop = "Crop offset";
constexpr const char* kTargetSize = "Target size";
constexpr const char* kStartImage = "Start image";
constexpr const char* kTiledVae = "VAE tiling";
constexpr const char* kYes = "True";
constexpr const char* kDevice = "Device";
constexpr const char* kPrecision = "Precision";

double within(double value, double lowest, double highest) {
  return std::isfinite(value) ? std::clamp(value, lowest, highest) : lowest;
}

void fillRare(PictureRecipe& recipe, const std::map<std::string, std::string>& values) {
  readNumber(values, "Clip skip", recipe.sampling.clipSkip);
  readNumber(values, kStrength, recipe.strength);
  readNumber(values, kRescale, recipe.sampling.guidanceRescale);
  recipe.strength = within(recipe.strength, 0, 1);
  recipe.sampling.guidanceRescale = within(recipe.sampling.guidanceRescale, 0, 1);
  const auto noise = values.find(kNoiseSchedule);
  recipe.sampling.zeroTerminalSnr = noise != values.end() && noise->second == kZeroSnr;
  readChoice(values, kSpacing, kSpacings, recipe.sampling.spacing);
  readChoice(values, kPrediction, kPredictions, recipe.sampling.prediction);
  readTwo(values, kOriginalSize, recipe.sizes.originalWidth, recipe.sizes.originalHeight);
  readTwo(values, kCrop, recipe.sizes.cropLeft, recipe.sizes.cropTop);
  readTwo(values, kTargetSize, recipe.sizes.targetWidth, recipe.sizes.targetHeight);
  if (const auto image = values.find(kStartImage); image != values.end()) {
    recipe.startImage = std::filesystem::path(image->second).filename();
  }
  const auto tiled = values.find(kTiledVae);
  recipe.tiledVae = tiled != values.end() && tiled->second == kYes;
  readChoice(values, kDevice, kDevices, recipe.device);
  readChoice(values, kPrecision, kPrecisions, recipe.precision);
}

std::string rareText(const PictureRecipe& recipe) {
  const SamplingOptions& sampling = recipe.sampling;
  const SizeConditioning& sizes = recipe.sizes;
  std::string text;
  if (recipe.strength > 0) text += std::string(", ") + kStrength + ": " + number(recipe.strength);
  if (!recipe.startImage.empty()) {
    text += std::string(", ") + kStartImage + ": " + quotedIfNeeded(recipe.startImage.filename().string());
  }
  if (sampling.clipSkip > 0) text += ", Clip skip: " + std::to_string(sampling.clipSkip);
  if (sampling.guidanceRescale > 0) text += std::string(", ") + kRescale + ": " + number(sampling.guidanceRescale);
  if (sampling.zeroTerminalSnr) text += std::string(", ") + kNoiseSchedule + ": " + kZeroSnr;
  text += choicePair(kSpacing, kSpacings, sampling.spacing);
  text += choicePair(kPrediction, kPredictions, sampling.prediction);
  text += twoNumbers(kOriginalSize, sizes.originalWidth, sizes.originalHeight);
  text += twoNumbers(kCrop, sizes.cropLeft, sizes.cropTop);
  text += twoNumbers(kTargetSize, sizes.targetWidth, sizes.targetHeight);
  if (recipe.tiledVae) text += std::string(", ") + kTiledVae + ": " + kYes;
  return text + choicePair(kDevice, kDevices, recipe.device) + choicePair(kPrecision, kPrecisions, recipe.precision);
}

void fill(PictureRecipe& recipe, const std::map<std::string, std::string>& values) {
  readNumber(values, "Steps", recipe.steps);
  recipe.guidanceScale = GenerationRequest{}.guidanceScale;  // 0 is a scale too, and says another thing than nothing
  readNumber(values, "CFG scale", recipe.guidanceScale);
  readNumber(values, "Seed", recipe.seed);
  fillRare(recipe, values);
  const auto value = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  recipe.modelName = value("Model");
  recipe.sampler = samplerIdFor(value("Sampler"), value("Schedule type"));
  readTwo(values, "Size", recipe.width, recipe.height);
}

}  // namespace

std::string formatRecipe(const PictureRecipe& recipe) {
  std::string text = recipe.prompt;
  for (const LoraReference& lora : recipe.loras) {
    text += " <lora:" + lora.file.stem().string() + ":";
    if (lora.textEncoderWeight) text += number(*lora.textEncoderWeight) + ":";
    text += number(lora.weight) + ">";
  }
  text += '\n';
  if (!recipe.negativePrompt.empty()) text += std::string(kNegative) + recipe.negativePrompt + '\n';
  const SamplerInfo* sampler = findSampler(recipe.sampler);
  text += "Steps: " + std::to_string(recipe.steps);
  text += ", Sampler: " + std::string(sampler != nullptr ? sampler->name : std::string_view(recipe.sampler));
  if (sampler != nullptr && !sampler->schedule.empty()) text += ", Schedule type: " + std::string(sampler->schedule);
  text += ", CFG scale: " + number(recipe.guidanceScale);
  text += ", Seed: " + std::to_string(recipe.seed);
  text += ", Size: " + std::to_string(recipe.width) + "x" + std::to_string(recipe.height);
  text += rareText(recipe);
  if (!recipe.modelName.empty()) text += ", Model: " + quotedIfNeeded(recipe.modelName);
  return text + ", Version: Pleinair " PLEINAIR_VERSION;
}

std::optional<PictureRecipe> parseRecipe(std::string_view text) {
  auto [words, last] = splitLastLine(text);
  const auto values = readPairs(last);
  if (values.size() < 3) return std::nullopt;
  PictureRecipe recipe;
  fill(recipe, values);
  // The negative prompt begins at its own line and may be several lines long.
  const std::string marked = "\n" + words;
  const auto negative = marked.find("\n" + std::string(kNegative));
  if (negative != std::string::npos) {
    recipe.negativePrompt = trimmed(std::string_view(marked).substr(negative + 1 + kNegative.size()));
    words = negative == 0 ? std::string() : marked.substr(1, negative - 1);
  }
  recipe.loras = takeLoraTags(words);
  recipe.prompt = trimmed(words);
  return recipe;
}

}  // namespace pleinair
