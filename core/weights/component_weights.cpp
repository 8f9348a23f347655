#include "core/weights/component_weights.h"

#include <ATen/ATen.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

constexpr std::array kBaseNames = {"diffusion_pytorch_model", "model"};
constexpr std::array kVariants = {"", ".fp16", ".bf16"};

bool isFile(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

bool holdsPickle(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".bin" || extension == ".ckpt" || extension == ".pt" || extension == ".pth") return true;
  }
  return false;
}

}  // namespace

Result<ComponentWeights> ComponentWeights::open(const std::filesystem::path& folder) {
  for (const char* variant : kVariants) {
    for (const char* base : kBaseNames) {
      const auto file = folder / (std::string(base) + variant + ".safetensors");
      if (isFile(file)) return openFile(file);
      const auto index = folder / (std::string(base) + ".safetensors.index" + variant + ".json");
      if (isFile(index)) return openShards(index);
    }
  }
  if (holdsPickle(folder)) {
    return Error{ErrorCode::UnsafeFile, "The weights are there only as a pickle, which could run a hidden program",
                 folder.string(), "Get the safetensors version of this model."};
  }
  return Error{ErrorCode::NotFound, "The folder holds no safetensors weights", folder.string(),
               "Check that the model was downloaded completely."};
}

Result<ComponentWeights> ComponentWeights::openFile(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(SafetensorsFile weights, SafetensorsFile::open(file));
  ComponentWeights component;
  component.m_path = file;
  PLEINAIR_TRY(component.add(std::move(weights)));
  return component;
}

Result<ComponentWeights> ComponentWeights::openShards(const std::filesystem::path& index) {
  PLEINAIR_ASSIGN(const std::string text, readFile(index, std::size_t{64} << 20));
  const nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("weight_map") || !parsed["weight_map"].is_object()) {
    return Error{ErrorCode::CorruptFile, "The list of weight files has no weight_map", index.string(), ""};
  }
  std::set<std::string> files;
  for (const auto& [name, file] : parsed["weight_map"].items()) {
    if (!file.is_string()) return Error{ErrorCode::CorruptFile, "A weight file is not named", index.string(), ""};
    files.insert(file.get<std::string>());
  }
  ComponentWeights component;
  component.m_path = index;
  for (const std::string& file : files) {
    // A shard lies beside its index; anything else is an attempt to read elsewhere.
    if (std::filesystem::path(file).filename() != file) {
      return Error{ErrorCode::CorruptFile, "A weight file lies outside the model", index.string() + ": " + file, ""};
    }
    PLEINAIR_ASSIGN(SafetensorsFile shard, SafetensorsFile::open(index.parent_path() / file));
    PLEINAIR_TRY(component.add(std::move(shard)));
  }
  return component;
}

ComponentWeights ComponentWeights::mapped(SafetensorsFile file, StoredMap map) {
  ComponentWeights component;
  component.m_path = file.path();
  component.m_files.push_back(std::move(file));
  for (const auto& [name, stored] : map) component.m_fileOfName.emplace(name, 0);
  component.m_stored = std::move(map);
  return component;
}

Result<void> ComponentWeights::add(SafetensorsFile file) {
  for (const auto& [name, entry] : file.entries()) {
    if (!m_fileOfName.emplace(name, m_files.size()).second) {
      return Error{ErrorCode::CorruptFile, "Two weight files hold " + name, file.path().string(), ""};
    }
  }
  m_files.push_back(std::move(file));
  return {};
}

std::vector<std::string> ComponentWeights::names() const {
  std::vector<std::string> all;
  all.reserve(m_fileOfName.size());
  for (const auto& [name, file] : m_fileOfName) all.push_back(name);
  return all;
}

Result<at::Tensor> ComponentWeights::tensor(const std::string& name) const {
  const auto found = m_fileOfName.find(name);
  if (found == m_fileOfName.end()) {
    return Error{ErrorCode::NotFound, "The weights have no tensor named " + name, m_path.string(), ""};
  }
  const SafetensorsFile& file = m_files[found->second];
  const auto stored = m_stored.find(name);
  if (stored == m_stored.end()) return file.tensor(name);
  PLEINAIR_ASSIGN(at::Tensor tensor, file.tensor(stored->second.name));
  const StoredTensor& place = stored->second;
  if (place.parts > 1) {
    const std::int64_t rows = tensor.size(0) / place.parts;
    tensor = tensor.narrow(0, place.part * rows, rows);
  }
  return place.transposed ? tensor.t() : tensor;
}

ShapeMap ComponentWeights::shapes() const {
  ShapeMap shapes;
  for (const auto& [name, file] : m_fileOfName) {
    const auto stored = m_stored.find(name);
    shapes[name] = stored != m_stored.end() ? stored->second.shape : m_files[file].entries().at(name).shape;
  }
  return shapes;
}

}  // namespace pleinair
