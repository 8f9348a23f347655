// Group normalisation (Wu and He 2018), with SiLU after it where asked for, of tensors whose channels lie innermost:
// x [batch, positions, channels]. libtorch's own kernels want the positions innermost, so that between convolutions in
// bfloat16, which want the channels there, every tensor is copied twice in each direction.
// gpu_common.cu stands before it.

/// The same for every block of a launch.
struct Shape {
  int positions, channels, groups;
  int splits;  ///< blocks that share the positions of one picture
};

/// The part of a picture that one block has, and which channels of which rows one thread reads in it.
struct Part {
  __device__ explicit Part(const Shape& shape) {
    const int lanes = shape.channels / kPack;
    rows = kThreads / lanes;
    row = threadIdx.x / lanes;
    channel = (threadIdx.x % lanes) * kPack;
    const int each = (shape.positions + shape.splits - 1) / shape.splits;
    first = blockIdx.y * each;
    end = first + each < shape.positions ? first + each : shape.positions;
    offset = static_cast<long long>(blockIdx.x) * shape.positions * shape.channels;
    idle = row >= rows;
  }
  __device__ long long at(const Shape& shape, int position) const {
    return offset + static_cast<long long>(position) * shape.channels + channel;
  }
  int rows, row, channel, first, end;
  long long offset;
  bool idle;
};

/// Adds up what the threads of a block have for each channel and writes it to partial [batch, splits, channels, 2].
__device__ void writeSums(const Shape& shape, const Part& part, const float* one, const float* two, float* partial) {
  __shared__ float sums[2][kThreads * kPack];
  if (!part.idle) {
    for (int i = 0; i < kPack; ++i) {
      sums[0][part.row * shape.channels + part.channel + i] = one[i];
      sums[1][part.row * shape.channels + part.channel + i] = two[i];
    }
  }
  __syncthreads();
  float* to = partial + (static_cast<long long>(blockIdx.x) * shape.splits + blockIdx.y) * shape.channels * 2;
  for (int c = threadIdx.x; c < shape.channels; c += kThreads) {
    float first = 0, second = 0;
    for (int row = 0; row < part.rows; ++row) {
      first += sums[0][row * shape.channels + c];
      second += sums[1][row * shape.channels + c];
    }
    to[2 * c] = first;
    to[2 * c + 1] = second;
  }
}

/// A number of the group near its mean, taken off before squaring: without it nothing is left of the variance of
/// nearly equal numbers.
__device__ float baseOf(const Shape& shape, const Value* x, int picture, int channel) {
  const int each = shape.channels / shape.groups;
  return numberOf(x[static_cast<long long>(picture) * shape.positions * shape.channels + channel / each * each]);
}

__device__ float sigmoid(float z) { return 1.0f / (1.0f + expf(-z)); }

/// Grid [batch, splits].
KERNEL void moments(Shape shape, const Value* x, float* partial) {
  const Part part(shape);
  float sum[kPack] = {}, squares[kPack] = {}, base[kPack];
  if (!part.idle) {
    for (int i = 0; i < kPack; ++i) base[i] = baseOf(shape, x, blockIdx.x, part.channel + i);
    for (int p = part.first + part.row; p < part.end; p += part.rows) {
      const Pack pack = *reinterpret_cast<const Pack*>(x + part.at(shape, p));
      for (int i = 0; i < kPack; ++i) {
        const float d = numberOf(pack.at[i]) - base[i];
        sum[i] += d;
        squares[i] += d * d;
      }
    }
  }
  writeSums(shape, part, sum, squares, partial);
}

/// Grid [batch]. result [batch, groups, 2]: mean and 1 / deviation
KERNEL void statistics(Shape shape, const Value* x, const float* partial, float epsilon, float* result) {
  __shared__ float channel[kThreads * kPack * 2];
  const float* from = partial + static_cast<long long>(blockIdx.x) * shape.splits * shape.channels * 2;
  for (int i = threadIdx.x; i < shape.channels * 2; i += kThreads) {
    float sum = 0;
    for (int s = 0; s < shape.splits; ++s) sum += from[static_cast<long long>(s) * shape.channels * 2 + i];
    channel[i] = sum;
  }
  __syncthreads();
  const int each = shape.channels / shape.groups;
  for (int g = threadIdx.x; g < shape.groups; g += kThreads) {
    float sum = 0, squares = 0;
    for (int c = g * each; c < (g + 1) * each; ++c) {
      sum += channel[2 * c];
      squares += channel[2 * c + 1];
    }
    const float count = static_cast<float>(shape.positions) * each;
    const float mean = sum / count;
    const float variance = squares / count - mean * mean;
    float* to = result + (static_cast<long long>(blockIdx.x) * shape.groups + g) * 2;
    to[0] = mean + baseOf(shape, x, blockIdx.x, g * each);
    to[1] = rsqrtf((variance > 0 ? variance : 0) + epsilon);
  }
}

/// Grid [batch, splits].
KERNEL void normalize(Shape shape, const Value* x, const float* statistics, const Value* weight,
                                     const Value* bias, int silu, Value* y) {
  const Part part(shape);
  if (part.idle) return;
  const int each = shape.channels / shape.groups;
  float mean[kPack], scale[kPack], shift[kPack];
  for (int i = 0; i < kPack; ++i) {
    const int c = part.channel + i;
    const float* group = statistics + (static_cast<long long>(blockIdx.x) * shape.groups + c / each) * 2;
    mean[i] = group[0];
    scale[i] = group[1] * numberOf(weight[c]);
    shift[i] = numberOf(bias[c]);
  }
  for (int p = part.first + part.row; p < part.end; p += part.rows) {
    const Pack in = *reinterpret_cast<const Pack*>(x + part.at(shape, p));
    Pack out;
    for (int i = 0; i < kPack; ++i) {
      const float z = (numberOf(in.at[i]) - mean[i]) * scale[i] + shift[i];
      out.at[i] = valueOf(silu != 0 ? z * sigmoid(z) : z);
    }
    *reinterpret_cast<Pack*>(y + part.at(shape, p)) = out;
  }
}

/// The gradient of what the group normalisation gave, from that of what came after SiLU.
__device__ float gradientBefore(float gradient, float z, int silu) {
  if (silu == 0) return gradient;
  const float s = sigmoid(z);
  return gradient * s * (1.0f + z * (1.0f - s));
}

/// Grid [batch, splits]. partial: of each channel the sums of the gradient and of the gradient times the normalised x
KERNEL void gradientMoments(Shape shape, const Value* x, const Value* gradient, const float* statistics,
                                           const Value* weight, const Value* bias, int silu, float* partial) {
  const Part part(shape);
  float sum[kPack] = {}, products[kPack] = {};
  if (!part.idle) {
    const int each = shape.channels / shape.groups;
    float mean[kPack], inverse[kPack], scale[kPack], shift[kPack];
    for (int i = 0; i < kPack; ++i) {
      const int c = part.channel + i;
      const float* group = statistics + (static_cast<long long>(blockIdx.x) * shape.groups + c / each) * 2;
      mean[i] = group[0];
      inverse[i] = group[1];
      scale[i] = numberOf(weight[c]);
      shift[i] = numberOf(bias[c]);
    }
    for (int p = part.first + part.row; p < part.end; p += part.rows) {
      const Pack in = *reinterpret_cast<const Pack*>(x + part.at(shape, p));
      const Pack after = *reinterpret_cast<const Pack*>(gradient + part.at(shape, p));
      for (int i = 0; i < kPack; ++i) {
        const float normal = (numberOf(in.at[i]) - mean[i]) * inverse[i];
        const float g = gradientBefore(numberOf(after.at[i]), normal * scale[i] + shift[i], silu);
        sum[i] += g;
        products[i] += g * normal;
      }
    }
  }
  writeSums(shape, part, sum, products, partial);
}

/// Grid [batch]. channelSums [batch, channels, 2]: partial without its
/// splits, the gradients of bias and weight by picture. groupSums [batch, groups, 2]: means over a group of the
/// gradient times the weight, and of that times the normalised x
KERNEL void gradientStatistics(Shape shape, const float* partial, const Value* weight,
                                              float* channelSums, float* groupSums) {
  __shared__ float channel[kThreads * kPack * 2];
  const float* from = partial + static_cast<long long>(blockIdx.x) * shape.splits * shape.channels * 2;
  for (int i = threadIdx.x; i < shape.channels * 2; i += kThreads) {
    float sum = 0;
    for (int s = 0; s < shape.splits; ++s) sum += from[static_cast<long long>(s) * shape.channels * 2 + i];
    channelSums[static_cast<long long>(blockIdx.x) * shape.channels * 2 + i] = sum;
    channel[i] = sum * numberOf(weight[i / 2]);
  }
  __syncthreads();
  const int each = shape.channels / shape.groups;
  const float count = static_cast<float>(shape.positions) * each;
  for (int g = threadIdx.x; g < shape.groups; g += kThreads) {
    float sum = 0, products = 0;
    for (int c = g * each; c < (g + 1) * each; ++c) {
      sum += channel[2 * c];
      products += channel[2 * c + 1];
    }
    float* to = groupSums + (static_cast<long long>(blockIdx.x) * shape.groups + g) * 2;
    to[0] = sum / count;
    to[1] = products / count;
  }
}

/// Grid [batch, splits].
KERNEL void gradientOfInput(Shape shape, const Value* x, const Value* gradient, const float* statistics,
                                           const float* groupSums, const Value* weight, const Value* bias, int silu,
                                           Value* result) {
  const Part part(shape);
  if (part.idle) return;
  const int each = shape.channels / shape.groups;
  float mean[kPack], inverse[kPack], scale[kPack], shift[kPack], sum[kPack], products[kPack];
  for (int i = 0; i < kPack; ++i) {
    const int c = part.channel + i;
    const long long group = (static_cast<long long>(blockIdx.x) * shape.groups + c / each) * 2;
    mean[i] = statistics[group];
    inverse[i] = statistics[group + 1];
    scale[i] = numberOf(weight[c]);
    shift[i] = numberOf(bias[c]);
    sum[i] = groupSums[group];
    products[i] = groupSums[group + 1];
  }
  for (int p = part.first + part.row; p < part.end; p += part.rows) {
    const Pack in = *reinterpret_cast<const Pack*>(x + part.at(shape, p));
    const Pack after = *reinterpret_cast<const Pack*>(gradient + part.at(shape, p));
    Pack out;
    for (int i = 0; i < kPack; ++i) {
      const float normal = (numberOf(in.at[i]) - mean[i]) * inverse[i];
      const float g = gradientBefore(numberOf(after.at[i]), normal * scale[i] + shift[i], silu);
      out.at[i] = valueOf(inverse[i] * (g * scale[i] - sum[i] - normal * products[i]));
    }
    *reinterpret_cast<Pack*>(result + part.at(shape, p)) = out;
  }
}
