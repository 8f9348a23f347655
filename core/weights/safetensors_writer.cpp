#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/tensor/torch_error.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

const char* dtypeName(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return "F64";
    case at::kFloat:
      return "F32";
    case at::kHalf:
      return "F16";
    case at::kBFloat16:
      return "BF16";
    case at::kLong:
      return "I64";
    case at::kInt:
      return "I32";
    case at::kShort:
      return "I16";
    case at::kChar:
      return "I8";
    case at::kByte:
      return "U8";
    case at::kBool:
      return "BOOL";
    default:
      return nullptr;
  }
}

struct Planned {
  const std::string* name;
  const at::Tensor* tensor;
  at::ScalarType dtype;
  std::uint64_t bytes;
};

Result<std::vector<Planned>> plan(const TensorMap& tensors, std::optional<at::ScalarType> dtype) {
  std::vector<Planned> order;
  order.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const at::ScalarType as = dtype && tensor.is_floating_point() ? *dtype : tensor.scalar_type();
    if (dtypeName(as) == nullptr) {
      return Error{ErrorCode::BadArgument, "This tensor's type cannot be saved", name, ""};
    }
    order.push_back({&name, &tensor, as, static_cast<std::uint64_t>(tensor.numel()) * c10::elementSize(as)});
  }
  std::stable_sort(order.begin(), order.end(), [](const Planned& a, const Planned& b) {
    return c10::elementSize(a.dtype) > c10::elementSize(b.dtype);
  });
  return order;
}

std::string headerText(const std::vector<Planned>& order, const TextMap& metadata) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const Planned& item : order) {
    header[*item.name] = {{"dtype", dtypeName(item.dtype)},
                          {"shape", item.tensor->sizes().vec()},
                          {"data_offsets", {offset, offset + item.bytes}}};
    offset += item.bytes;
  }
  std::string text = header.empty() ? "{}" : header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>((text.size() >> (8 * i)) & 0xff);
  return length + text;
}

using Write = std::function<Result<void>(std::string_view)>;

Result<void> writeAll(const TensorMap& tensors, const TextMap& metadata, std::optional<at::ScalarType> dtype,
                      const Write& write) {
  PLEINAIR_ASSIGN(const std::vector<Planned> order, plan(tensors, dtype));
  std::string header;
  try {
    header = headerText(order, metadata);
  } catch (const nlohmann::json::exception&) {
    return Error{ErrorCode::BadArgument, "A name or a text beside the weights is not valid UTF-8", "", ""};
  }
  PLEINAIR_TRY(write(header));
  for (const Planned& item : order) {
    at::Tensor flat;
    PLEINAIR_TRY(
        guarded("saving weights", [&] { flat = item.tensor->detach().to(at::kCPU, item.dtype).contiguous(); }));
    PLEINAIR_TRY(write({static_cast<const char*>(flat.const_data_ptr()), item.bytes}));
  }
  return {};
}

}  // namespace

Result<void> writeSafetensors(const std::filesystem::path& file, const TensorMap& tensors, const TextMap& metadata,
                              std::optional<at::ScalarType> dtype) {
  PLEINAIR_ASSIGN(AtomicFile out, AtomicFile::create(file));
  PLEINAIR_TRY(writeAll(tensors, metadata, dtype, [&](std::string_view bytes) { return out.write(bytes); }));
  return out.commit();
}

Result<std::string> encodeSafetensors(const TensorMap& tensors, const TextMap& metadata,
                                      std::optional<at::ScalarType> dtype) {
  std::string bytes;
  PLEINAIR_TRY(writeAll(tensors, metadata, dtype, [&](std::string_view part) {
    bytes += part;
    return Result<void>();
  }));
  return bytes;
}

}  // namespace pleinair
