#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/result.h"
#include "core/parity/parity.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/weights/safetensors.h"

namespace pleinair::parity {

/// What all cases of a folder share. Networks are loaded when first asked for, each on its own, so that the cases
/// of one component run even where another is of a family that cannot be run whole.
class Folder {
 public:
  /// With `singleFile` the weights come from single_file.safetensors; tokenizers and schedule stay the folder's.
  static Result<Folder> open(const std::filesystem::path& path, const DeviceSpec& device, bool singleFile);

  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
  [[nodiscard]] const DeviceSpec& device() const { return m_device; }
  [[nodiscard]] const SafetensorsFile& tensors() const { return *m_tensors; }

  Result<UNet*> unet();
  Result<Vae*> vae();
  /// `which` is 1 or 2.
  Result<ClipText*> textEncoder(int which);
  Result<const ClipTokenizer*> tokenizer(int which);
  [[nodiscard]] const ModelSource& source() const { return *m_source; }
  /// All networks that a LoRA can act on.
  Result<LoraHosts> loraHosts();
  /// The model as the program itself loads it.
  Result<StableDiffusion*> model();

 private:
  std::filesystem::path m_path;
  std::shared_ptr<const ModelSource> m_source;
  DeviceSpec m_device;
  std::shared_ptr<const SafetensorsFile> m_tensors;
  std::unique_ptr<UNet> m_unet;
  std::unique_ptr<Vae> m_vae;
  std::map<int, std::unique_ptr<ClipText>> m_textEncoders;
  std::map<int, std::unique_ptr<ClipTokenizer>> m_tokenizers;
  std::unique_ptr<StableDiffusion> m_model;
};

/// One case: its parameters, inputs and expected values, and the verdict that grows as values are compared.
class Case {
 public:
  static Result<Case> parse(const nlohmann::json& json, Folder& folder);

  [[nodiscard]] Folder& folder() const { return *m_folder; }
  [[nodiscard]] const nlohmann::json& params() const { return m_params; }
  [[nodiscard]] bool hasInput(const std::string& role) const { return m_inputs.contains(role); }
  [[nodiscard]] bool expects(const std::string& role) const { return m_expected.contains(role); }
  /// An input as stored, on the folder's device.
  [[nodiscard]] Result<at::Tensor> input(const std::string& role) const;
  /// An input of a network: floats in the folder's precision.
  [[nodiscard]] Result<at::Tensor> networkInput(const std::string& role) const;
  /// An expected value as stored, on the CPU.
  [[nodiscard]] Result<at::Tensor> expected(const std::string& role) const;

  /// Holds `got` against the expected value of this role; roles the case does not expect are ignored. NaN, another
  /// shape or one value beyond tolerance fail the case. In 16 bits the results of networks are held against the
  /// bound of their kind instead (roundedBound).
  void compare(const std::string& role, const at::Tensor& got);
  /// The same for a tensor that lies elsewhere, with its own absolute tolerance.
  void compareWith(const std::string& role, const at::Tensor& got, const at::Tensor& expected, double atol,
                   double rtol);
  void fail(const std::string& problem);

  /// The verdict; an expected value that was never compared fails it.
  [[nodiscard]] ParityResult result() const;

 private:
  /// Takes in how far a role is, as a share of what it may be.
  void judge(const std::string& role, double share, double largestError);

  Folder* m_folder = nullptr;
  nlohmann::json m_params;
  std::map<std::string, std::string> m_inputs, m_expected;
  std::set<std::string> m_compared;
  ParityResult m_result;
};

/// Computes a case and compares what came out. An Error means that it could not be computed.
using Kind = Result<void> (*)(Case&);

/// How far the results of this kind of case may be from float32's when the networks run in 16 bits: the root mean
/// square of the difference over that of the expected values. 0 for kinds that run no network and stay exact.
/// Pictures drawn with guidance may be further off, as far as it multiplies what rounding did; others give 0 for it.
double roundedBound(const std::string& kind, double guidanceScale);

/// The function for a kind of case, or null when it is not known.
Kind findKind(const std::string& name);

Result<void> runTokenize(Case& test);
Result<void> runTextEncoder(Case& test);
Result<void> runUNet(Case& test);
Result<void> runVaeEncode(Case& test);
Result<void> runVaeDecode(Case& test);
Result<void> runTextToImage(Case& test);
Result<void> runImageToImage(Case& test);
Result<void> runSampler(Case& test);
Result<void> runNoiseSchedule(Case& test);
Result<void> runLora(Case& test);
Result<void> runLoraTraining(Case& test);

}  // namespace pleinair::parity
