#include "app/bench/families.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include "app/bench/operation_times.h"
#include "core/tensor/device.h"

namespace pleinair::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Family {
  std::string name, title;
  Result<void> (*write)(const fs::path&);
  double parameters;  ///< billions
};

const std::map<std::string, PrecisionChoice> kPrecisions{{"fp32", PrecisionChoice::Float32},
                                                         {"bf16", PrecisionChoice::BFloat16},
                                                         {"fp16", PrecisionChoice::Float16}};

const std::vector<Family>& families() {
  static const std::vector<Family> all{{"sd15", "SD 1.5", &writeRandomSd15, 1.07},
                                       {"sdxl", "SDXL", &writeRandomSdxl, 3.47}};
  return all;
}

/// What tests/peers/diffusers_speed.py prints, one JSON object.
Result<Figures> measureDiffusers(const FamiliesOptions& options, const fs::path& folder,
                                 const std::string& precision) {
  PLEINAIR_ASSIGN(const DeviceSpec device, resolveDevice({}));  // the one that our own cases take
  const std::string command = "'" + options.python + "' tests/peers/diffusers_speed.py '" + folder.string() +
                              "' --size " + std::to_string(options.size) + " --steps " +
                              std::to_string(options.steps) + " --precision " + precision +
                              " --device " + (device.isGpu() ? "cuda" : "cpu") + " 2>/dev/null";
  const json answer = json::parse(outputOf(command).value_or(""), nullptr, false);
  if (!answer.is_object()) {
    return Error{ErrorCode::NotFound, "The reference programs did not answer", command, "Run ./studio check-peers."};
  }
  Figures figures;
  for (const auto& [name, value] : answer.items()) {
    figures.push_back({name, value.get<double>(), name == "peak" ? "MiB" : "s"});
  }
  return figures;
}

/// Keeps the smaller value of each figure and the larger peak.
void keepBest(Row& best, const Row& row) {
  if (best.figures.empty() || !row.error.empty()) {
    best = row;
    return;
  }
  best.peakMiB = std::max(best.peakMiB, row.peakMiB);
  for (json& figure : best.figures) {
    const double other = valueOf(row, figure["name"]);
    if (other > 0) figure["value"] = std::min(figure["value"].get<double>(), other);
  }
}

Row ratios(const std::string& name, const Row& generation, const Row& decoding, const Row& training,
           const Row& reference) {
  Row row{name, json::array(), 0, ""};
  const auto add = [&](const char* figure, double ours) {
    const double theirs = valueOf(reference, figure);
    if (ours > 0 && theirs > 0)
      row.figures.push_back({{"name", figure}, {"value", ours / theirs}, {"unit", "of diffusers'"}});
  };
  add("load", valueOf(generation, "load"));
  add("guided step", valueOf(generation, "guided step"));
  add("decode", valueOf(decoding, "decode"));
  add("LoRA step", valueOf(training, "LoRA step"));
  return row;
}

/// A case of ours, with its longest operators where they are asked for.
Row runOurs(const FamiliesOptions& options, const std::string& name, const std::function<Result<Figures>()>& work) {
  return runCase(name, [&]() -> Result<Figures> {
    if (options.operations == 0) return work();
    const OperationTimes times;
    PLEINAIR_ASSIGN(Figures figures, work());
    std::fputs(OperationTimes::table(static_cast<std::size_t>(options.operations)).c_str(), stderr);
    return figures;
  });
}

void measure(const FamiliesOptions& options, const Family& family, const fs::path& folder,
             const std::string& precision, std::vector<Row>& rows) {
  const std::string title = family.title + " " + std::to_string(options.size) + " " + precision;
  const double needed = family.parameters * (precision == "fp32" ? 4 : 2) * 1.1 + 3;
  const double free = static_cast<double>(deviceMemory(DeviceSpec{}).freeBytes) / (1 << 30);
  if (free < needed) {
    rows.push_back({title, json::array(), 0,
                    "left out: it takes about " + std::to_string(static_cast<int>(needed)) + " GiB of free memory"});
    return;
  }
  const DeviceConfig device{DeviceChoice::Automatic, kPrecisions.at(precision), 0};
  rows.push_back(runCase(title + ": loading", [&] { return measureLoading(folder, device); }));
  const bool trains = precision != "fp16";  // in which small gradients vanish
  Row generation, decoding, training, reference;
  for (int round = 0; round < options.rounds; ++round) {
    keepBest(generation, runOurs(options, title + ": text to image", [&] {
               return measureGeneration(folder, options.size, options.steps, device);
             }));
    keepBest(decoding,
             runOurs(options, title + ": decoding", [&] { return measureDecoding(folder, options.size, device); }));
    if (!options.python.empty()) {
      keepBest(reference,
               runCase(title + ": diffusers", [&] { return measureDiffusers(options, folder, precision); }));
    }
    if (trains) {
      keepBest(training, runOurs(options, title + ": LoRA training", [&] {
                 return measureTraining(folder, options.size, options.steps, device);
               }));
    }
  }
  rows.push_back(generation);
  rows.push_back(decoding);
  if (trains) rows.push_back(training);
  if (options.python.empty()) return;
  rows.push_back(reference);
  if (reference.error.empty()) rows.push_back(ratios(title + ": ours", generation, decoding, training, reference));
}

}  // namespace

std::vector<Row> measureFamilies(const FamiliesOptions& options) {
  std::vector<Row> rows;
  for (const Family& family : families()) {
    if (!options.only.empty() && options.only != family.name) continue;
    const fs::path folder = scratchFolder(family.name);
    // Forked too: writing it must not count in the memory of the cases after it.
    const Row made = runCase(family.title + ", random weights: writing", [&]() -> Result<Figures> {
      PLEINAIR_TRY(family.write(folder));
      return Figures{};
    });
    if (!made.error.empty()) rows.push_back(made);
    const std::vector<std::string> precisions =
        options.precision.empty() ? std::vector<std::string>{"fp32", "bf16"} : std::vector{options.precision};
    for (const std::string& precision : precisions) {
      if (made.error.empty()) measure(options, family, folder, precision, rows);
    }
    fs::remove_all(folder);
  }
  return rows;
}

}  // namespace pleinair::bench
