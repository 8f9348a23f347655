#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/diffusion/schedule.h"

namespace pleinair {

/// The arithmetic of picking timesteps and noise levels, in the precisions of the reference implementation, so that
/// rounding falls on the same side. Timesteps are falling.

/// Whole timesteps for samplers that think in alphas (DDIM and kin).
std::vector<double> wholeTimesteps(const ScheduleConfig& config, int steps);
/// Timesteps for the k-diffusion family (Euler, Heun, LMS): between whole ones with linspace.
std::vector<double> continuousTimesteps(const ScheduleConfig& config, int steps);
/// Whole timesteps for multistep solvers (DPM++, UniPC), which leave out the last interval.
std::vector<double> solverTimesteps(const ScheduleConfig& config, int steps);

/// sigma(t) = sqrt((1 - a_t) / a_t) of every training timestep, rising. Where the schedule ends in pure noise the
/// last one is kept finite.
std::vector<float> trainingSigmas(const ScheduleConfig& config);
/// Linear interpolation of the training sigmas at (possibly fractional) timesteps.
std::vector<double> sigmasAt(const std::vector<float>& training, const std::vector<double>& timesteps);
/// Karras et al. 2022, equation 5, with rho 7: `steps` levels falling from `largest` to `smallest`.
std::vector<double> karrasSigmas(double smallest, double largest, int steps);
/// The timestep whose sigma this is, interpolating in log sigma.
double timestepOf(double sigma, const std::vector<float>& training);

/// sigmas in float32 with the closing zero.
std::vector<float> closed(const std::vector<double>& sigmas);

}  // namespace pleinair
