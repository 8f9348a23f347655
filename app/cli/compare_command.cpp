#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "core/dataset/palette_of.h"
#include "core/image/codec.h"

namespace pleinair::cli {
namespace {

namespace fs = std::filesystem;

struct CompareOptions {
  std::string photos;
  std::vector<std::string> sets;
  int colors = 5;
  OutputOptions output;
};

/// The palette of all pictures in a folder and below it; unreadable ones are left out and named in the log.
Result<std::vector<PaletteColor>> folderPalette(const fs::path& folder, int colors,
                                                const std::vector<PaletteColor>& near = {}) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder, problem)) {
    if (entry.is_regular_file() && isPhotoFileName(entry.path())) files.push_back(entry.path());
  }
  if (problem) return Error{ErrorCode::NotFound, "The folder cannot be read", folder.string(), "Check the path."};
  if (files.empty()) return Error{ErrorCode::EmptyDataset, "The folder holds no picture", folder.string(), ""};
  std::sort(files.begin(), files.end());
  return paletteOf(files, colors, near);
}

std::string hex(const Lab& color) {
  const auto rgb = srgbFromLab(color);
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", rgb[0], rgb[1], rgb[2]);
  return text;
}

void printPalette(const std::string& name, const std::vector<PaletteColor>& colors) {
  std::printf("%s:", name.c_str());
  for (const PaletteColor& entry : colors) std::printf(" %s %.0f%%", hex(entry.color).c_str(), 100 * entry.share);
  std::printf("\n");
}

int runCompare(const CompareOptions& options) {
  const auto photos = folderPalette(options.photos, options.colors);
  if (!photos) return reportError(photos.error(), options.output);
  if (!options.output.json) printPalette(options.photos, *photos);
  for (const std::string& set : options.sets) {
    const auto colors = folderPalette(set, options.colors, *photos);
    if (!colors) return reportError(colors.error(), options.output);
    const double distance = paletteDistance(*photos, *colors), transport = paletteTransport(*photos, *colors);
    if (options.output.json) {
      const nlohmann::json line{
          {"set", set}, {"photos", options.photos}, {"mean_ciede2000", distance}, {"by_share", transport}};
      std::cout << line.dump() << '\n';
    } else {
      printPalette(set, *colors);
      std::printf("  mean CIEDE2000 to the photos' %d colours: %.2f one to one, %.2f by their shares\n", options.colors,
                  distance, transport);
    }
  }
  return kExitDone;
}

}  // namespace

void addCompare(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand("compare", "How far the colours of sets lie from those of photos");
  command->add_option("photos", options->photos, "A folder of photos")->required()->check(CLI::ExistingDirectory);
  command->add_option("set", options->sets, "Folders of pictures")->required()->check(CLI::ExistingDirectory);
  command->add_option("--colors", options->colors, "Main colours of each")->check(CLI::Range(1, 12));
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] { exitCode = runCompare(*options); });
}

}  // namespace pleinair::cli
