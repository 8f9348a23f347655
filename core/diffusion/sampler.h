#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/diffusion/schedule.h"

namespace pleinair {

/// Draws one unit-variance noise tensor of the sample's shape. Ancestral samplers call it once a step.
using NoiseSource = std::function<at::Tensor()>;

/// One way to walk from noise to a picture, for one picture (or one batch that walks together). It has state:
/// make a fresh one for each walk. The caller runs, for each index i of timesteps():
///   sample = step(model(scaleInput(sample, i), timesteps()[i]), i, sample, noise)
/// beginning with sample = unit noise * initialScale(). Samples stay float32; one thread at a time.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// The model's timestep for each step, falling; some samplers step between whole ones, some call twice.
  [[nodiscard]] const std::vector<double>& timesteps() const { return m_timesteps; }
  /// Noise levels, one longer than timesteps(); empty for samplers that think in alphas.
  [[nodiscard]] const std::vector<float>& sigmas() const { return m_sigmas; }
  /// How many of timesteps() make one step, for samplers that call the model twice.
  [[nodiscard]] virtual std::size_t callsPerStep() const { return 1; }
  /// What unit noise is multiplied with at the start.
  [[nodiscard]] virtual double initialScale() const { return 1.0; }
  [[nodiscard]] virtual at::Tensor scaleInput(const at::Tensor& sample, std::size_t index) const;
  /// The sample after step `index`; the model's output may be of any floating dtype.
  [[nodiscard]] virtual at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                                        const NoiseSource& noise) = 0;
  /// Noises a clean sample to the level at which step `index` begins, for image to image.
  [[nodiscard]] virtual at::Tensor noised(const at::Tensor& clean, const at::Tensor& unitNoise,
                                          std::size_t index) const = 0;

 protected:
  std::vector<double> m_timesteps;
  std::vector<float> m_sigmas;
};

/// The sampler with one of the ids in core/config/samplers.h, for `steps` steps. BadArgument for a name that is not
/// known (the known ones are listed) and for step counts the schedule does not have. Samplers that do not heed zero
/// terminal SNR walk the schedule without it, as diffusers' do.
Result<std::unique_ptr<Sampler>> createSampler(std::string_view name, const ScheduleConfig& config, int steps);

/// Where a walk of `steps` begins that redraws only `strength` (0 to 1) of a picture: an index into timesteps().
std::size_t beginIndex(const Sampler& sampler, int steps, double strength);

/// Whether the sampler walks a schedule with zero terminal SNR as such; false for names that are not known.
bool heedsZeroSnr(std::string_view name);

/// The ids that createSampler knows.
std::vector<std::string> samplerNames();

}  // namespace pleinair
