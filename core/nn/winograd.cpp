// A tile of 4x4 pixels and a kernel of 3x3 make 2x2 results. All three are carried into a space of 16 numbers where
// the convolution is a product number by number; over the channels that is 16 matrix products, which take all the
// time. Channels are innermost everywhere, so the ways into that space and back are plain loops over channels.
#include "core/nn/winograd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>  // get_num_threads
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/nn/parallel.h"
#include "core/nn/winograd_products.h"

// The loops are compiled for each generation of processors and chosen when the program starts; sanitizers are not up
// yet at that moment.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define PLEINAIR_ALL_PROCESSORS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PLEINAIR_ALL_PROCESSORS
#endif
// No two of the pointers in the loops meet.
#ifdef __clang__
#define PLEINAIR_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#else
#define PLEINAIR_VECTORIZE _Pragma("GCC ivdep")
#endif

namespace pleinair::nn {
namespace {

constexpr std::int64_t kProducts = 16;            // numbers of a tile, of a kernel
constexpr std::int64_t kTilesAtOnce = 256;        // of one matrix product
constexpr std::int64_t kKernelsAtOnce = 1 << 23;  // numbers of kernels carried over: 32 MiB
constexpr std::int64_t kFewestChannels = 64;
constexpr std::int64_t kFewestTiles = 96;  // below it carrying the kernels over costs more than it saves
constexpr at::MemoryFormat kChannelsLast = at::MemoryFormat::ChannelsLast;

struct Shape {
  std::int64_t batch, in, out, height, width;
  [[nodiscard]] std::int64_t down() const { return (height + 1) / 2; }
  [[nodiscard]] std::int64_t across() const { return (width + 1) / 2; }
  [[nodiscard]] std::int64_t tiles() const { return batch * down() * across(); }
};

/// `pixels` are the 16 of a tile; number i of channel c goes to made[i * apart + c].
PLEINAIR_ALL_PROCESSORS void carryTile(const float* const* pixels, std::int64_t channels, float* made,
                                       std::int64_t apart) {
  PLEINAIR_VECTORIZE
  for (std::int64_t c = 0; c < channels; ++c) {
    float rows[4][4];
    for (int x = 0; x < 4; ++x) {
      const float a = pixels[x][c], b = pixels[4 + x][c], d = pixels[8 + x][c], e = pixels[12 + x][c];
      rows[0][x] = a - d;
      rows[1][x] = b + d;
      rows[2][x] = d - b;
      rows[3][x] = b - e;
    }
    for (int y = 0; y < 4; ++y) {
      float* to = made + y * 4 * apart + c;
      to[0] = rows[y][0] - rows[y][2];
      to[apart] = rows[y][1] + rows[y][2];
      to[2 * apart] = rows[y][2] - rows[y][1];
      to[3 * apart] = rows[y][1] - rows[y][3];
    }
  }
}

/// `kernel` holds 3x3 taps, `tap` numbers apart, of `channels` numbers.
PLEINAIR_ALL_PROCESSORS void carryKernel(const float* kernel, std::int64_t tap, std::int64_t channels, float* made,
                                         std::int64_t apart) {
  PLEINAIR_VECTORIZE
  for (std::int64_t c = 0; c < channels; ++c) {
    float rows[4][3];
    for (int x = 0; x < 3; ++x) {
      const float a = kernel[x * tap + c], b = kernel[(3 + x) * tap + c], d = kernel[(6 + x) * tap + c];
      rows[0][x] = a;
      rows[1][x] = (a + d) * 0.5F + b * 0.5F;
      rows[2][x] = (a + d) * 0.5F - b * 0.5F;
      rows[3][x] = d;
    }
    for (int y = 0; y < 4; ++y) {
      float* to = made + y * 4 * apart + c;
      const float outer = (rows[y][0] + rows[y][2]) * 0.5F, middle = rows[y][1] * 0.5F;
      to[0] = rows[y][0];
      to[apart] = outer + middle;
      to[2 * apart] = outer - middle;
      to[3 * apart] = rows[y][2];
    }
  }
}

/// The way back: 16 products of a tile into its 2x2 pixels.
PLEINAIR_ALL_PROCESSORS void fetchTile(const float* products, std::int64_t apart, const float* bias,
                                       std::int64_t channels, float* const* pixels) {
  PLEINAIR_VECTORIZE
  for (std::int64_t c = 0; c < channels; ++c) {
    float rows[2][4];
    for (int x = 0; x < 4; ++x) {
      const float* from = products + x * apart + c;
      const float a = from[0], b = from[4 * apart], d = from[8 * apart], e = from[12 * apart];
      rows[0][x] = a + b + d;
      rows[1][x] = b - d - e;
    }
    for (int y = 0; y < 2; ++y) {
      pixels[2 * y][c] = rows[y][0] + rows[y][1] + rows[y][2] + bias[c];
      pixels[2 * y + 1][c] = rows[y][1] - rows[y][2] - rows[y][3] + bias[c];
    }
  }
}

/// Null where matrix products are the library's.
WinogradProduct ownProduct() {
#if defined(__x86_64__) && defined(__GNUC__)
  static const WinogradProduct product = __builtin_cpu_supports("avx512f") != 0 ? avx512WinogradProduct() : nullptr;
  return product;
#else
  return nullptr;
#endif
}

constexpr std::int64_t roundedUp(std::int64_t x, std::int64_t to) { return (x + to - 1) / to * to; }

/// One convolution's numbers, all channels last.
class Convolution {
 public:
  Convolution(const Shape& shape, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
              const at::Tensor& y)
      : m_shape(shape),
        m_zeros(at::zeros({std::max(shape.in, shape.out)}, x.options())),
        m_input(x.const_data_ptr<float>()),
        m_weight(weight.const_data_ptr<float>()),
        m_bias(bias.defined() ? bias.const_data_ptr<float>() : m_zeros.const_data_ptr<float>()),
        m_output(y.mutable_data_ptr<float>()) {}

  void run() {
    std::int64_t most = std::clamp(kKernelsAtOnce / (kProducts * m_shape.in), std::int64_t{1}, m_shape.out);
    if (m_product != nullptr) most = roundedUp(most, kPanelChannels);
    m_kernels = at::empty({kProducts, most, m_shape.in}, m_zeros.options());
    for (std::int64_t from = 0; from < m_shape.out; from += most) {
      m_from = from;
      m_count = std::min(most, m_shape.out - from);
      carryKernels();
      multiply();
    }
  }

 private:
  /// The kernels of the output channels from m_from on, [16, m_count, in].
  void carryKernels() {
    if (m_product != nullptr) return carryPanels();
    float* const made = m_kernels.mutable_data_ptr<float>();
    inParallel(m_count, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        carryKernel(m_weight + (m_from + i) * 9 * m_shape.in, m_shape.in, m_shape.in, made + i * m_shape.in,
                    m_count * m_shape.in);
      }
    });
  }

  /// The same in panels: [16, panels, in, kPanelChannels], zeros beyond the last channel.
  void carryPanels() {
    constexpr std::int64_t kOutputs = 16, kInputs = 32;  // what is turned at once, in a cache nearby
    float* const made = m_kernels.mutable_data_ptr<float>();
    const std::int64_t in = m_shape.in, apart = roundedUp(m_count, kPanelChannels) * in;
    inParallel(roundedUp(m_count, kPanelChannels) / kOutputs, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> carried(static_cast<std::size_t>(kOutputs * kProducts * kInputs), 0.0F);
      for (std::int64_t i = begin * kOutputs; i < end * kOutputs; i += kOutputs) {
        const std::int64_t outputs = std::clamp(m_count - i, std::int64_t{0}, kOutputs);
        std::fill(carried.begin() + outputs * kProducts * kInputs, carried.end(), 0.0F);
        float* const panel = made + i / kPanelChannels * kPanelChannels * in + i % kPanelChannels;
        for (std::int64_t from = 0; from < in; from += kInputs) {
          const std::int64_t inputs = std::min(kInputs, in - from);
          for (std::int64_t o = 0; o < outputs; ++o) {
            carryKernel(m_weight + (m_from + i + o) * 9 * in + from, in, inputs,
                        carried.data() + o * kProducts * kInputs, kInputs);
          }
          for (std::int64_t p = 0; p < kProducts; ++p) {
            turn(carried.data() + p * kInputs, kProducts * kInputs, inputs,
                 panel + p * apart + from * kPanelChannels);
          }
        }
      }
    });
  }

  /// 16 rows of `count` numbers, `apart` numbers apart, into columns of a panel.
  static void turn(const float* rows, std::int64_t apart, std::int64_t count, float* panel) {
    for (std::int64_t c = 0; c < count; ++c) {
      for (std::int64_t o = 0; o < 16; ++o) panel[c * kPanelChannels + o] = rows[o * apart + c];
    }
  }

  /// Tiles by blocks, equally many for each thread; where these are too few the output channels in parts.
  void multiply() {
    const std::int64_t threads = at::get_num_threads(), all = m_shape.tiles();
    const std::int64_t least = (all + kTilesAtOnce - 1) / kTilesAtOnce;
    const std::int64_t blocks = least < threads ? least : (least + threads - 1) / threads * threads;
    const std::int64_t tiles = (all + blocks - 1) / blocks;
    const std::int64_t parts = least < threads ? std::min((threads + blocks - 1) / blocks, (m_count + 63) / 64) : 1;
    const std::int64_t each = (m_count + parts - 1) / parts;
    const std::int64_t size = m_product != nullptr ? roundedUp(each, kPanelChannels) : each;
    const std::int64_t room = m_product != nullptr ? roundedUp(tiles, kTilesTogether) : tiles;
    inParallel(blocks * parts, [&](std::int64_t begin, std::int64_t end) {
      const at::NoGradGuard noGradients;  // guards are of one thread
      Block block{at::empty({kProducts * room * m_shape.in}, m_zeros.options()),
                  at::empty({kProducts * room * size}, m_zeros.options()),
                  std::vector<float>(static_cast<std::size_t>(size))};
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t tile = i / parts * tiles, channel = i % parts * size;
        const std::int64_t count = std::min(tiles, all - tile), channels = std::min(size, m_count - channel);
        if (count > 0 && channels > 0) multiply(block, tile, count, channel, channels);
      }
    });
  }

  struct Block {
    at::Tensor tiles, products;
    std::vector<float> beyond;  // where results outside the picture go
  };

  void multiply(Block& block, std::int64_t tile, std::int64_t tiles, std::int64_t channel, std::int64_t channels) {
    float* const carried = block.tiles.mutable_data_ptr<float>();
    float* const products = block.products.mutable_data_ptr<float>();
    const std::int64_t in = m_shape.in;
    if (m_product != nullptr) return multiplyPanels(block, tile, tiles, channel, channels);
    for (std::int64_t i = 0; i < tiles; ++i) {
      carryTile(pixelsOf(tile + i).data(), in, carried + i * in, tiles * in);
    }
    float* const kernels = m_kernels.mutable_data_ptr<float>() + channel * in;
    for (std::int64_t p = 0; p < kProducts; ++p) {
      at::Tensor made = at::from_blob(products + p * tiles * channels, {tiles, channels}, m_zeros.options());
      at::mm_out(made, at::from_blob(carried + p * tiles * in, {tiles, in}, m_zeros.options()),
                 at::from_blob(kernels + p * m_count * in, {channels, in}, m_zeros.options()).t());
    }
    const std::int64_t first = m_from + channel;
    for (std::int64_t i = 0; i < tiles; ++i) {
      fetchTile(products + i * channels, tiles * channels, m_bias + first, channels,
                resultsOf(tile + i, first, block.beyond.data()).data());
    }
  }

  /// The same by our own product. Tiles beyond the last hold whatever was there; nobody reads what comes of them.
  void multiplyPanels(Block& block, std::int64_t tile, std::int64_t tiles, std::int64_t channel,
                      std::int64_t channels) {
    float* const carried = block.tiles.mutable_data_ptr<float>();
    float* const products = block.products.mutable_data_ptr<float>();
    const std::int64_t in = m_shape.in, room = roundedUp(tiles, kTilesTogether);
    const std::int64_t row = roundedUp(channels, kPanelChannels);
    for (std::int64_t i = 0; i < tiles; ++i) {
      carryTile(pixelsOf(tile + i).data(), in, carried + i * in, room * in);
    }
    const float* const kernels = m_kernels.const_data_ptr<float>() + channel * in;
    for (std::int64_t p = 0; p < kProducts; ++p) {
      const float* const panels = kernels + p * roundedUp(m_count, kPanelChannels) * in;
      for (std::int64_t c = 0; c < row; c += kPanelChannels) {
        m_product(carried + p * room * in, room, in, panels + c * in, products + p * room * row + c, row);
      }
    }
    const std::int64_t first = m_from + channel;
    for (std::int64_t i = 0; i < tiles; ++i) {
      fetchTile(products + i * row, room * row, m_bias + first, channels,
                resultsOf(tile + i, first, block.beyond.data()).data());
    }
  }

  /// The 4x4 pixels that a tile looks at; zeros lie around the picture.
  [[nodiscard]] std::array<const float*, 16> pixelsOf(std::int64_t tile) const {
    const auto [batch, top, left] = place(tile);
    std::array<const float*, 16> pixels{};
    for (std::int64_t i = 0; i < 16; ++i) {
      const std::int64_t y = top - 1 + i / 4, x = left - 1 + i % 4;
      const bool inside = y >= 0 && y < m_shape.height && x >= 0 && x < m_shape.width;
      pixels[static_cast<std::size_t>(i)] =
          inside ? m_input + ((batch * m_shape.height + y) * m_shape.width + x) * m_shape.in
                 : m_zeros.const_data_ptr<float>();
    }
    return pixels;
  }

  [[nodiscard]] std::array<float*, 4> resultsOf(std::int64_t tile, std::int64_t channel, float* beyond) const {
    const auto [batch, top, left] = place(tile);
    std::array<float*, 4> pixels{};
    for (std::int64_t i = 0; i < 4; ++i) {
      const std::int64_t y = top + i / 2, x = left + i % 2;
      const bool inside = y < m_shape.height && x < m_shape.width;
      pixels[static_cast<std::size_t>(i)] =
          inside ? m_output + ((batch * m_shape.height + y) * m_shape.width + x) * m_shape.out + channel : beyond;
    }
    return pixels;
  }

  [[nodiscard]] std::array<std::int64_t, 3> place(std::int64_t tile) const {
    const std::int64_t each = m_shape.down() * m_shape.across(), within = tile % each;
    return {tile / each, within / m_shape.across() * 2, within % m_shape.across() * 2};
  }

  Shape m_shape;
  at::Tensor m_zeros, m_kernels;
  const float *m_input, *m_weight, *m_bias;
  float* m_output;
  WinogradProduct m_product = ownProduct();
  std::int64_t m_from = 0, m_count = 0;
};

at::Tensor convolved(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor input = x.contiguous(kChannelsLast), kernels = weight.contiguous(kChannelsLast);
  const at::Tensor offsets = bias.defined() ? bias.contiguous() : bias;
  const Shape shape{x.size(0), x.size(1), weight.size(0), x.size(2), x.size(3)};
  at::Tensor y = at::empty({shape.batch, shape.out, shape.height, shape.width}, input.options(), kChannelsLast);
  Convolution(shape, input, kernels, offsets, y).run();
  return y;
}

/// The gradient of x is the gradient of y convolved by the kernels turned around.
struct Recorded : torch::autograd::Function<Recorded> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    context->saved_data["weight"] = weight;
    return convolved(x, weight, bias);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor turned = context->saved_data["weight"].toTensor().transpose(0, 1).flip({2, 3});
    return {convolved(gradients[0], turned, {}), {}, {}};
  }
};

}  // namespace

bool worthWinograd(const at::Tensor& x, const at::Tensor& weight) {
  if (!x.device().is_cpu() || x.scalar_type() != at::kFloat || weight.scalar_type() != at::kFloat ||
      weight.is_mkldnn() || weight.size(2) != 3 || weight.size(3) != 3) {
    return false;
  }
  if (at::GradMode::is_enabled() && weight.requires_grad()) return false;
  const Shape shape{x.size(0), x.size(1), weight.size(0), x.size(2), x.size(3)};
  return std::min(shape.in, shape.out) >= kFewestChannels && shape.tiles() >= kFewestTiles;
}

at::Tensor winogradConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (at::GradMode::is_enabled() && x.requires_grad()) return Recorded::apply(x, weight, bias);
  return convolved(x, weight, bias);
}

}  // namespace pleinair::nn
