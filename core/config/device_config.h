#pragma once

namespace pleinair {

/// Where the engine computes. Automatic takes a CUDA device where a driver is found.
enum class DeviceChoice { Automatic, Cpu, Cuda };

/// In which precision weights are held and multiplied. Automatic: float32 on a CPU, bfloat16 on a GPU. Float16 is for
/// GPUs: on a CPU, which has no arithmetic for it, it is computed in float32.
enum class PrecisionChoice { Automatic, Float32, BFloat16, Float16 };

struct DeviceConfig {
  DeviceChoice device = DeviceChoice::Automatic;
  PrecisionChoice precision = PrecisionChoice::Automatic;
  int threads = 0;  ///< CPU threads for tensor maths; 0 takes all cores
  friend bool operator==(const DeviceConfig&, const DeviceConfig&) = default;
};

}  // namespace pleinair
