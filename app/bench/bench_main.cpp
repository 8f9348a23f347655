// Speed and memory of the program on this machine. Each case runs in a process of its own, so that its peak memory is
// its own; figures of one run belong together, those of two machines do not.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/bench/case_runner.h"
#include "app/bench/cases.h"
#include "app/bench/families.h"
#include "core/base/clock.h"
#include "core/engine/engine.h"

namespace pleinair::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Median wall time of starting a program and letting it end by itself.
Result<Figures> measureStart(const std::string& command) {
  std::vector<double> times;
  for (int i = 0; i < 6; ++i) {
    const auto began = std::chrono::steady_clock::now();
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) {
      return Error{ErrorCode::NotFound, "The program did not start", command, ""};
    }
    if (i > 0) times.push_back(secondsSince(began));
  }
  std::sort(times.begin(), times.end());
  return Figures{{"start to end", times[times.size() / 2], "s"}};
}

/// Lines of "name value unit", the name of any number of words; other lines are none of ours.
Figures figuresIn(const std::string& text) {
  Figures figures;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> parts{std::istream_iterator<std::string>(words), {}};
    if (parts.size() < 3) continue;
    std::string name = parts[0];
    for (std::size_t i = 1; i + 2 < parts.size(); ++i) name += " " + parts[i];
    figures.push_back({name, std::strtod(parts[parts.size() - 2].c_str(), nullptr), parts.back()});
  }
  return figures;
}

/// What the window program prints about itself, run offscreen with settings and projects of its own.
Result<Figures> measureWindow(const fs::path& program, const std::string& option, int runs) {
  const fs::path home = scratchFolder("home");
  fs::remove_all(home);
  fs::create_directories(home);
  std::string command;
  for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
    command += std::string(name) + "=" + home.string() + " ";
  }
  command += "QT_QPA_PLATFORM=offscreen '" + program.string() + "' " + option + " 2>/dev/null";
  std::vector<Figures> all;
  bool cameUp = true;
  for (int run = 0; cameUp && run <= runs; ++run) {
    Figures figures = figuresIn(outputOf(command).value_or(""));
    cameUp = !figures.empty();
    // The first of several only brings the files into memory.
    if (run > 0 || runs == 0) all.push_back(std::move(figures));
  }
  fs::remove_all(home);
  if (!cameUp) return Error{ErrorCode::NotFound, "The window did not come up", program.string() + " " + option, ""};
  std::sort(all.begin(), all.end(),
            [](const Figures& a, const Figures& b) { return a.back().value < b.back().value; });
  return all[all.size() / 2];
}

/// Prints the rows, writes them as JSON where asked to, and ends.
[[noreturn]] int report(const std::vector<Row>& rows, const std::string& jsonFile) {
  printTable(rows);
  if (!jsonFile.empty()) {
    json list = json::array();
    for (const Row& row : rows) {
      list.push_back({{"case", row.name}, {"figures", row.figures}, {"peak_mib", row.peakMiB}, {"error", row.error}});
    }
    std::ofstream(jsonFile) << list.dump(2) << '\n';
  }
  const bool failed = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !row.error.empty(); });
  std::fflush(nullptr);
  std::_Exit(failed ? 1 : 0);  // see cli_main.cpp: libtorch's exit handlers are slow, and crash on some systems
}

}  // namespace
}  // namespace pleinair::bench

int main(int argc, char** argv) {
  using namespace pleinair;
  using namespace pleinair::bench;
  CLI::App app("Speed and memory of Pleinair on this machine", "pleinair-bench");
  std::string jsonFile, only;
  bool quick = false;
  app.add_option("--json", jsonFile, "Write the figures to this file as well");
  app.add_option("--only", only, "Only cases whose name contains this");
  app.add_flag("--quick", quick, "Leave out the real-sized Stable Diffusion 1.5");
  FamiliesOptions families;
  CLI::App* compare =
      app.add_subcommand("families", "SD 1.5 and SDXL of random weights, beside diffusers where it is");
  compare->add_option("--peers", families.python, "A Python with diffusers, transformers and peft");
  compare->add_option("--size", families.size, "Pixels a side");
  compare->add_option("--steps", families.steps, "Steps to time, more on a GPU")->check(CLI::Range(2, 1000));
  compare->add_option("--rounds", families.rounds, "How often the programs take turns")->check(CLI::PositiveNumber);
  compare->add_option("--family", families.only, "sd15 or sdxl only")->check(CLI::IsMember({"sd15", "sdxl"}));
  compare->add_option("--precision", families.precision, "fp32, bf16 or fp16 only")
      ->check(CLI::IsMember({"fp32", "bf16", "fp16"}));
  compare->add_option("--operations", families.operations, "List so many of the operators that take longest");
  CLI11_PARSE(app, argc, argv);

  if (compare->parsed()) return report(measureFamilies(families), jsonFile);
  const fs::path programs = fs::read_symlink("/proc/self/exe").parent_path();
  std::vector<Row> rows;
  const auto add = [&](const std::string& name, const std::function<Result<Figures>()>& measure) {
    if (name.find(only) != std::string::npos) rows.push_back(runCase(name, measure));
  };

  add("start: command line", [&] { return measureStart((programs / "pleinair-cli").string() + " --version"); });
  if (fs::exists(programs / "pleinair")) {
    add("start: window program",
        [&] { return measureStart("QT_QPA_PLATFORM=offscreen " + (programs / "pleinair").string() + " --version"); });
    add("start: window up", [&] { return measureWindow(programs / "pleinair", "--quit-when-shown", 5); });
    if (!starterModelFolder().empty()) {
      add("étude 256: click to cancelled",
          [&] { return measureWindow(programs / "pleinair", "--measure-cancel", 0); });
    }
  }
  add("thumbnails: 1,000 photos", [] { return measureThumbnails(1000); });
  const fs::path starter = starterModelFolder();
  if (!starter.empty()) {
    add("étude 256: text to image", [&] { return measureGeneration(starter, 256, 20, {}); });
    add("étude 256: LoRA training", [&] { return measureTraining(starter, 256, 20, {}); });
  }
  if (!quick) {
    const fs::path sd15 = scratchFolder("sd15");
    // Forked too: writing it must not count in the memory of the cases after it.
    const Row made = runCase("SD 1.5, random weights: writing", [&]() -> Result<Figures> {
      PLEINAIR_TRY(writeRandomSd15(sd15));
      return Figures{};
    });
    if (!made.error.empty()) {
      rows.push_back(made);
    } else {
      for (const auto& [label, precision] :
           {std::pair{"fp32", PrecisionChoice::Float32}, std::pair{"bf16", PrecisionChoice::BFloat16}}) {
        const DeviceConfig device{DeviceChoice::Automatic, precision, 0};
        add("SD 1.5 512 " + std::string(label) + ": text to image",
            [&] { return measureGeneration(sd15, 512, 3, device); });
        add("SD 1.5 512 " + std::string(label) + ": LoRA training",
            [&] { return measureTraining(sd15, 512, 4, device); });
      }
    }
    fs::remove_all(sd15);
  }
  return report(rows, jsonFile);
}
