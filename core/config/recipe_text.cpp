#include "core/config/recipe_text.h"

#include <algorithm>
#include <array>
#include <charconv>
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

void fill(PictureRecipe& recipe, const std::map<std::string, std::string>& values) {
  readNumber(values, "Steps", recipe.steps);
  readNumber(values, "CFG scale", recipe.guidanceScale);
  readNumber(values, "Seed", recipe.seed);
  readNumber(values, "Clip skip", recipe.clipSkip);
  const auto value = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  recipe.modelName = value("Model");
  recipe.sampler = samplerIdFor(value("Sampler"), value("Schedule type"));
  const std::string size = value("Size");
  if (const auto cross = size.find('x'); cross != std::string::npos) {
    std::from_chars(size.data(), size.data() + cross, recipe.width);
    std::from_chars(size.data() + cross + 1, size.data() + size.size(), recipe.height);
  }
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
  if (recipe.clipSkip > 0) text += ", Clip skip: " + std::to_string(recipe.clipSkip);
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
