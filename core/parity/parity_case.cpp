#include "core/parity/parity_case.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace pleinair::parity {
namespace {

/// A GPU sums in another order, multiplies and adds in one rounding and divides by multiplying: where a fixture's
/// numbers cancel, that shows (at zero terminal SNR 4.4 of a sampler's tolerance, all else far within it).
constexpr double kGpuTolerance = 10;

Error malformed(const std::string& what, const std::string& name) {
  return {ErrorCode::CorruptFile, "The fixture's cases.json " + what, name, ""};
}

Result<std::map<std::string, std::string>> namesOf(const nlohmann::json& json, const char* field,
                                                   const std::string& name) {
  std::map<std::string, std::string> names;
  const auto found = json.find(field);
  if (found == json.end() || !found->is_object()) return malformed("has a case without " + std::string(field), name);
  for (const auto& [role, tensor] : found->items()) {
    if (!tensor.is_string()) return malformed("names no tensor for " + role, name);
    names.emplace(role, tensor.get<std::string>());
  }
  return names;
}

std::string shapeText(const at::Tensor& tensor) {
  std::string text("[");
  for (const std::int64_t extent : tensor.sizes()) {
    if (text.size() > 1) text += 'x';
    text += std::to_string(extent);
  }
  text += ']';
  return text;
}

}  // namespace

Result<Case> Case::parse(const nlohmann::json& json, Folder& folder) {
  Case test;
  test.m_folder = &folder;
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string() || !json.contains("kind") ||
      !json["kind"].is_string()) {
    return malformed("has a case without name and kind", "");
  }
  test.m_result.name = json["name"].get<std::string>();
  test.m_result.kind = json["kind"].get<std::string>();
  test.m_result.status = ParityResult::Status::Passed;
  test.m_params = json.value("params", nlohmann::json::object());
  if (!json.contains("atol") || !json["atol"].is_number() || !json.contains("rtol") || !json["rtol"].is_number()) {
    return malformed("has a case without tolerances", test.m_result.name);
  }
  test.m_result.atol = json["atol"].get<double>();
  test.m_result.rtol = json["rtol"].get<double>();
  if (!(test.m_result.atol >= 0 && test.m_result.rtol >= 0)) {
    return malformed("has a case whose tolerances are no positive numbers", test.m_result.name);
  }
  if (folder.device().isGpu()) {
    test.m_result.atol *= kGpuTolerance;
    test.m_result.rtol *= kGpuTolerance;
  }
  PLEINAIR_ASSIGN(test.m_inputs, namesOf(json, "inputs", test.m_result.name));
  PLEINAIR_ASSIGN(test.m_expected, namesOf(json, "expected", test.m_result.name));
  return test;
}

Result<at::Tensor> Case::input(const std::string& role) const {
  const auto found = m_inputs.find(role);
  if (found == m_inputs.end()) return malformed("gives no input " + role, m_result.name);
  PLEINAIR_ASSIGN(const at::Tensor stored, m_folder->tensors().tensor(found->second));
  return stored.to(m_folder->device().device);
}

Result<at::Tensor> Case::networkInput(const std::string& role) const {
  PLEINAIR_ASSIGN(const at::Tensor stored, input(role));
  return stored.is_floating_point() ? stored.to(m_folder->device().dtype) : stored;
}

Result<at::Tensor> Case::expected(const std::string& role) const {
  const auto found = m_expected.find(role);
  if (found == m_expected.end()) return malformed("expects no " + role, m_result.name);
  return m_folder->tensors().tensor(found->second);
}

void Case::fail(const std::string& problem) {
  m_result.status = ParityResult::Status::Failed;
  if (m_result.problem.empty()) m_result.problem = problem;
}

void Case::compare(const std::string& role, const at::Tensor& got) {
  if (!expects(role)) return;
  m_compared.insert(role);
  const Result<at::Tensor> wanted = expected(role);
  if (!wanted) return fail(wanted.error().text());
  compareWith(role, got, *wanted, m_result.atol, m_result.rtol);
}

void Case::compareWith(const std::string& role, const at::Tensor& got, const at::Tensor& expected, double atol,
                       double rtol) {
  if (!got.sizes().equals(expected.sizes())) {
    return fail(role + " has shape " + shapeText(got) + " instead of " + shapeText(expected));
  }
  if (got.numel() == 0) return;
  const at::Tensor g = got.detach().to(at::kCPU, at::kDouble);
  const at::Tensor e = expected.to(at::kCPU, at::kDouble);
  if (!at::isfinite(g).all().item<bool>() || !at::isfinite(e).all().item<bool>()) {
    m_result.shareOfTolerance = std::numeric_limits<double>::infinity();
    return fail(role + " holds values that are not finite numbers");
  }
  const at::Tensor error = (g - e).abs();
  const auto guidance = m_params.find("guidance_scale");
  const bool guided = guidance != m_params.end() && guidance->is_number();
  const double bound = m_folder->device().dtype != at::kFloat
                           ? roundedBound(m_result.kind, guided ? guidance->get<double>() : 0)
                           : 0;
  if (bound > 0) {
    m_result.relativeBound = bound;
    const double relative = (error.square().mean() / e.square().mean().clamp_min(1e-20)).sqrt().item<double>();
    return judge(role, relative / bound, error.max().item<double>());
  }
  const at::Tensor limit = e.abs() * rtol + atol;
  // Where nothing may differ (tokens), any difference is infinitely beyond the limit.
  const at::Tensor share = at::where(error == 0, at::zeros_like(error), error / limit);
  judge(role, share.max().item<double>(), error.max().item<double>());
}

void Case::judge(const std::string& role, double share, double largestError) {
  m_result.largestError = std::max(m_result.largestError, largestError);
  if (m_result.worst.empty() || share > m_result.shareOfTolerance) {
    m_result.shareOfTolerance = share;
    m_result.worst = role;
  }
  if (!(share <= 1.0)) m_result.status = ParityResult::Status::Failed;
}

ParityResult Case::result() const {
  ParityResult result = m_result;
  for (const auto& [role, name] : m_expected) {
    if (m_compared.contains(role)) continue;
    result.status = ParityResult::Status::Failed;
    if (result.problem.empty()) result.problem = role + " was not computed";
  }
  if (m_expected.empty() && m_result.worst.empty()) {
    result.status = ParityResult::Status::Failed;
    result.problem = "the case expects nothing";
  }
  return result;
}

}  // namespace pleinair::parity
