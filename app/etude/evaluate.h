#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/etude/models.h"
#include "app/etude/pictures.h"
#include "core/base/result.h"
#include "core/image/image.h"
#include "core/tensor/device.h"

namespace pleinair::etude {

/// How well the autoencoder carries pictures it never saw.
struct VaeFigures {
  std::size_t pictures = 0;
  double meanPsnr = 0.0, worstPsnr = 0.0;  ///< decibels
  double meanShift = 0.0;                  ///< CIELAB distance between the mean colours of picture and copy
};

/// Carries the photos of a folder, cut to 256x256 from the centre, through the autoencoder. Writes ten of them above
/// their copies as `sheet` where it is not empty.
Result<VaeFigures> evaluateVae(const Models& models, const std::filesystem::path& photos,
                               const std::filesystem::path& sheet, const DeviceSpec& device);

/// What is asked of one class and how often it was seen.
struct ClassFigure {
  std::string name;
  double found = 0.0;       ///< share of the generated pictures in which the judge saw it
  double recall = 0.0;      ///< share of fresh renders of the class in which the judge sees it
  double falseAlarm = 0.0;  ///< share of fresh renders without it in which the judge sees it all the same
};

struct JudgeOptions {
  std::int64_t renders = 3000;  ///< fresh renders to learn from; a sixth as many more to be tested on
  std::int64_t steps = 1500;
  std::int64_t renderSize = 256;  ///< 128 or a multiple of it: what the judge sees is 128
  int perClass = 20;
};

/// Trains a small classifier on fresh renders, then asks it for the class of generated pictures. `sheet` gets the
/// pictures, one class a row.
Result<std::vector<ClassFigure>> evaluateClasses(Models& models, const JudgeOptions& options,
                                                 const SampleOptions& sampling, const std::filesystem::path& sheet,
                                                 const DeviceSpec& device);

/// Colour names in prompts: how often the colour is among the five main ones of the picture.
Result<std::vector<ClassFigure>> evaluateColors(Models& models, int perColor, const SampleOptions& sampling,
                                                const std::filesystem::path& sheet, const DeviceSpec& device);

/// How far apart two sets of pictures are in colour.
struct SetDistance {
  double palette = 0.0;    ///< mean CIEDE2000 between palettes of 8 colours, matched one to one
  double transport = 0.0;  ///< the same, each colour weighing as its share
  double sliced = 0.0;     ///< sliced Wasserstein distance (Bonneel et al. 2015) of the pixels in CIELAB
};

SetDistance distanceBetween(const std::vector<Image>& first, const std::vector<Image>& second);

/// Every picture of a folder in the order of names, cut to 256x256 from the centre; at most `most` where it is not 0.
Result<std::vector<Image>> picturesOf(const std::filesystem::path& folder, std::size_t most = 0);

}  // namespace pleinair::etude
