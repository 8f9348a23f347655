#include "core/tensor/image_tensor.h"

#include <ATen/ATen.h>

#include <cstring>

namespace pleinair {

at::Tensor imageToTensor(const Image& image) {
  // from_blob wants a pointer to mutable; the clone that to() makes keeps the image untouched.
  auto* bytes = const_cast<std::uint8_t*>(image.rgb.data());
  const at::Tensor rows = at::from_blob(bytes, {image.height, image.width, 3}, at::kByte);
  return rows.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat).div_(127.5).sub_(1.0).contiguous();
}

Result<Image> tensorToImage(const at::Tensor& pixels) {
  at::Tensor p = pixels.dim() == 4 ? pixels.squeeze(0) : pixels;
  if (p.dim() != 3 || p.size(0) != 3) {
    return Error{ErrorCode::BadArgument, "A picture needs three colour channels", "tensorToImage", ""};
  }
  p = p.detach().to(at::kCPU, at::kFloat);
  if (!at::isfinite(p).all().item<bool>()) {
    return Error{ErrorCode::NotANumber, "The picture holds values that are not numbers", "decoded picture",
                 "Lower the guidance and the weights of the prompt and its LoRAs. If that does not help, the model may "
                 "be damaged: get it again."};
  }
  p = p.mul(0.5).add_(0.5).clamp_(0.0, 1.0).mul_(255.0).round_().to(at::kByte).permute({1, 2, 0}).contiguous();
  Image image{static_cast<int>(p.size(1)), static_cast<int>(p.size(0)), {}};
  image.rgb.resize(static_cast<std::size_t>(p.numel()));
  std::memcpy(image.rgb.data(), p.const_data_ptr<std::uint8_t>(), image.rgb.size());
  return image;
}

}  // namespace pleinair
