// Reads the files 0, 1, ... of a folder and prints one line each: "ok <digest>" over names, types, shapes, bytes and
// texts, or "no <reason>". tests/peers/safetensors_differential.py computes the same with the reference
// implementation.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/weights/hash.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

std::string verdict(const std::filesystem::path& path) {
  const auto file = SafetensorsFile::open(path);
  if (!file) return "no " + file.error().text();
  std::string all;
  for (const auto& [name, entry] : file->entries()) {
    const auto tensor = file->tensor(name);
    if (!tensor) return "no " + tensor.error().text();
    all += name + '\0' + c10::toString(tensor->scalar_type()) + '\0';
    for (std::size_t i = 0; i < entry.shape.size(); ++i) all += (i == 0 ? "" : ",") + std::to_string(entry.shape[i]);
    all += '\0';
    all.append(static_cast<const char*>(tensor->const_data_ptr()), tensor->nbytes());
  }
  for (const auto& [key, value] : file->metadata()) all += '\1' + key + '\0' + value;
  return "ok " + sha256Hex(all);
}

}  // namespace
}  // namespace pleinair

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    std::string line = pleinair::verdict(std::filesystem::path(argv[1]) / std::to_string(i));
    for (char& c : line) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    std::puts(line.c_str());
  }
}
