#include "core/parity/parity.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdio>

#include "core/base/atomic_file.h"
#include "core/parity/parity_case.h"
#include "core/tensor/device.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

constexpr std::size_t kMaxCasesBytes = std::size_t{64} << 20;

bool chosen(const nlohmann::json& json, const std::string& only) {
  if (only.empty() || !json.is_object()) return true;
  const std::string name = json.value("name", std::string()), kind = json.value("kind", std::string());
  return name.find(only) != std::string::npos || kind.find(only) != std::string::npos;
}

/// Kinds and files that this program does not read yet are told apart from wrong numbers.
bool isForeign(ErrorCode code) { return code == ErrorCode::UnsupportedModel || code == ErrorCode::UnsupportedFormat; }

Result<ParityResult> runCase(const nlohmann::json& json, parity::Folder& folder) {
  PLEINAIR_ASSIGN(parity::Case test, parity::Case::parse(json, folder));
  ParityResult result = test.result();
  const parity::Kind kind = parity::findKind(result.kind);
  if (kind == nullptr) {
    result.status = ParityResult::Status::NotSupported;
    result.problem = "this kind of case is not supported yet";
    return result;
  }
  const auto ran = guarded("computing the case", [&] { return kind(test); });
  const Error* error = !ran ? &ran.error() : !ran.value() ? &ran.value().error() : nullptr;
  if (error == nullptr) return test.result();
  result.status = isForeign(error->code) ? ParityResult::Status::NotSupported : ParityResult::Status::Failed;
  result.problem = error->text();
  return result;
}

}  // namespace

int ParityReport::passed() const {
  return static_cast<int>(std::count_if(cases.begin(), cases.end(), [](const ParityResult& result) {
    return result.status == ParityResult::Status::Passed;
  }));
}

bool ParityReport::ok() const { return !cases.empty() && passed() == static_cast<int>(cases.size()); }

Result<ParityReport> runParity(const std::filesystem::path& path, const ParityOptions& options,
                               const std::function<void(const ParityResult&)>& onCase) {
  const std::filesystem::path file = path / "cases.json";
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxCasesBytes));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("cases") || !json["cases"].is_array()) {
    return Error{ErrorCode::CorruptFile, "The fixture's cases.json holds no cases", file.string(), ""};
  }
  PLEINAIR_ASSIGN(const DeviceSpec device, resolveDevice(options.device));
  PLEINAIR_ASSIGN(parity::Folder folder, parity::Folder::open(path, device, options.singleFile));
  ParityReport report;
  for (const nlohmann::json& item : json["cases"]) {
    if (!chosen(item, options.only)) continue;
    PLEINAIR_ASSIGN(const ParityResult result, runCase(item, folder));
    report.cases.push_back(result);
    if (onCase) onCase(result);
  }
  return report;
}

std::string parityLine(const ParityResult& result) {
  const char* verdict = result.status == ParityResult::Status::Passed   ? "ok  "
                        : result.status == ParityResult::Status::Failed ? "FAIL"
                                                                        : "n/a ";
  char numbers[160] = "";
  if (!result.worst.empty()) {
    const bool rounded = result.relativeBound > 0;
    std::snprintf(numbers, sizeof numbers,
                  rounded ? "  %9.3g of tolerance, largest error %.3g (relative error %g) in "
                          : "  %9.3g of tolerance, largest error %.3g (atol %g, rtol %g) in ",
                  result.shareOfTolerance, result.largestError, rounded ? result.relativeBound : result.atol,
                  result.rtol);
  }
  std::string line = std::string(verdict) + "  " + result.name;
  line.resize(std::max<std::size_t>(line.size(), 40), ' ');
  if (!result.worst.empty()) line += numbers + result.worst;
  if (!result.problem.empty()) line += "  " + result.problem;
  return line;
}

std::string paritySummary(const ParityReport& report) {
  const auto foreign = std::count_if(report.cases.begin(), report.cases.end(), [](const ParityResult& result) {
    return result.status == ParityResult::Status::NotSupported;
  });
  std::string text = std::to_string(report.passed()) + " of " + std::to_string(report.cases.size()) + " cases passed";
  if (foreign > 0) text += ", " + std::to_string(foreign) + " not supported yet";
  return text;
}

}  // namespace pleinair
