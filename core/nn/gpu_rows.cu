// What a transformer's training does to rows of channels, x [rows, channels]: layer normalisation (Ba et al. 2016),
// the GELU gate of GEGLU (Shazeer 2020) and the sums of columns, which a bias's gradient is. libtorch gives each row of
// a layer norm a block of threads however short it is, and goes over the gate's tensors once for each operator.
// gpu_common.cu stands before it.

/// The same for every block of a launch. There are fewer than 2^31 numbers: indices are ints, which divide fast.
struct Rows {
  int count, channels;
};

/// Which channels of which rows one thread has: always the same channels, of every so-many-th row.
struct Seat {
  __device__ explicit Seat(const Rows& rows) {
    lanes = rows.channels / kPack;
    perBlock = kThreads / lanes;
    row = threadIdx.x / lanes;
    channel = (threadIdx.x % lanes) * kPack;
    idle = row >= perBlock;
  }
  int lanes, perBlock, row, channel;
  bool idle;
};

__device__ Pack packAt(const Value* from, const Rows& rows, int row, int channel) {
  return *reinterpret_cast<const Pack*>(from + row * rows.channels + channel);
}

/// Sums of what the threads of each row of a block have; every thread of the block calls it.
__device__ float rowSum(const Seat& seat, float mine) {
  __shared__ float parts[kThreads];
  __syncthreads();
  parts[threadIdx.x] = mine;
  __syncthreads();
  float sum = 0;
  if (!seat.idle) {
    for (int lane = 0; lane < seat.lanes; ++lane) sum += parts[seat.row * seat.lanes + lane];
  }
  return sum;
}

/// Adds up the rows of a block for each channel: to [blocks, channels]. Every thread of the block calls it.
__device__ void writeColumns(const Rows& rows, const Seat& seat, const float* mine, float* to) {
  __shared__ float sums[kThreads * kPack];
  __syncthreads();
  if (!seat.idle) {
    for (int i = 0; i < kPack; ++i) sums[seat.row * rows.channels + seat.channel + i] = mine[i];
  }
  __syncthreads();
  for (int c = threadIdx.x; c < rows.channels; c += kThreads) {
    float sum = 0;
    for (int row = 0; row < seat.perBlock; ++row) sum += sums[row * rows.channels + c];
    to[blockIdx.x * rows.channels + c] = sum;
  }
}

/// Grid [blocks]. statistics [rows, 2]: mean and 1 / deviation
KERNEL void layerNorm(Rows rows, int blocks, const Value* x, const Value* weight, const Value* bias, float epsilon,
                      Value* y, float* statistics) {
  const Seat seat(rows);
  float scale[kPack], shift[kPack];
  for (int i = 0; i < kPack && !seat.idle; ++i) {
    scale[i] = numberOf(weight[seat.channel + i]);
    shift[i] = numberOf(bias[seat.channel + i]);
  }
  const float share = 1.0f / rows.channels;
  // All threads go round equally often: they meet in the sums.
  for (int first = blockIdx.x * seat.perBlock; first < rows.count; first += blocks * seat.perBlock) {
    const int row = first + seat.row;
    const bool mine = !seat.idle && row < rows.count;
    float values[kPack] = {};
    float sum = 0, squares = 0;
    if (mine) {
      const Pack pack = packAt(x, rows, row, seat.channel);
      for (int i = 0; i < kPack; ++i) sum += values[i] = numberOf(pack.at[i]);
    }
    const float mean = rowSum(seat, sum) * share;
    if (mine) {
      for (int i = 0; i < kPack; ++i) squares += (values[i] - mean) * (values[i] - mean);
    }
    const float inverse = rsqrtf(rowSum(seat, squares) * share + epsilon);
    if (!mine) continue;
    Pack out;
    for (int i = 0; i < kPack; ++i) out.at[i] = valueOf((values[i] - mean) * inverse * scale[i] + shift[i]);
    *reinterpret_cast<Pack*>(y + row * rows.channels + seat.channel) = out;
    if (seat.channel == 0) {
      statistics[2 * row] = mean;
      statistics[2 * row + 1] = inverse;
    }
  }
}

/// Grid [blocks]. ofWeight, ofBias [blocks, channels]: parts of their gradients
KERNEL void layerNormGradient(Rows rows, int blocks, const Value* x, const Value* gradient, const float* statistics,
                              const Value* weight, Value* ofX, float* ofWeight, float* ofBias) {
  const Seat seat(rows);
  float scale[kPack], products[kPack] = {}, sums[kPack] = {};
  for (int i = 0; i < kPack && !seat.idle; ++i) scale[i] = numberOf(weight[seat.channel + i]);
  const float share = 1.0f / rows.channels;
  for (int first = blockIdx.x * seat.perBlock; first < rows.count; first += blocks * seat.perBlock) {
    const int row = first + seat.row;
    const bool mine = !seat.idle && row < rows.count;
    float normal[kPack] = {}, before[kPack] = {};
    float sum = 0, product = 0, inverse = 0;
    if (mine) {
      const Pack in = packAt(x, rows, row, seat.channel), after = packAt(gradient, rows, row, seat.channel);
      const float mean = statistics[2 * row];
      inverse = statistics[2 * row + 1];
      for (int i = 0; i < kPack; ++i) {
        const float g = numberOf(after.at[i]);
        normal[i] = (numberOf(in.at[i]) - mean) * inverse;
        before[i] = g * scale[i];
        products[i] += g * normal[i];
        sums[i] += g;
        sum += before[i];
        product += before[i] * normal[i];
      }
    }
    sum = rowSum(seat, sum) * share;
    product = rowSum(seat, product) * share;
    if (!mine) continue;
    Pack out;
    for (int i = 0; i < kPack; ++i) out.at[i] = valueOf(inverse * (before[i] - sum - normal[i] * product));
    *reinterpret_cast<Pack*>(ofX + row * rows.channels + seat.channel) = out;
  }
  writeColumns(rows, seat, products, ofWeight);
  writeColumns(rows, seat, sums, ofBias);
}

/// Grid [blocks]. parts [blocks, channels]
KERNEL void columnSums(Rows rows, int blocks, const Value* x, float* parts) {
  const Seat seat(rows);
  float sums[kPack] = {};
  for (int row = blockIdx.x * seat.perBlock + seat.row; !seat.idle && row < rows.count;
       row += blocks * seat.perBlock) {
    const Pack pack = packAt(x, rows, row, seat.channel);
    for (int i = 0; i < kPack; ++i) sums[i] += numberOf(pack.at[i]);
  }
  writeColumns(rows, seat, sums, parts);
}

__device__ float belowNormal(float z) { return 0.5f * (1.0f + erff(z * 0.70710678f)); }

/// Grid [blocks]. x [rows, 2 * channels]: values, then gates. y = values * GELU(gates) [rows, channels]
KERNEL void gate(Rows rows, int blocks, const Value* x, Value* y) {
  const int lanes = rows.channels / kPack, packs = rows.count * lanes;
  for (int at = blockIdx.x * kThreads + threadIdx.x; at < packs; at += blocks * kThreads) {
    const int from = at * kPack + at / lanes * rows.channels;
    const Pack value = *reinterpret_cast<const Pack*>(x + from);
    const Pack open = *reinterpret_cast<const Pack*>(x + from + rows.channels);
    Pack out;
    for (int i = 0; i < kPack; ++i) {
      const float z = numberOf(open.at[i]);
      out.at[i] = valueOf(numberOf(value.at[i]) * z * belowNormal(z));
    }
    *reinterpret_cast<Pack*>(y + at * kPack) = out;
  }
}

/// Grid [blocks]. gradient [rows, channels] -> ofX [rows, 2 * channels]
KERNEL void gateGradient(Rows rows, int blocks, const Value* x, const Value* gradient, Value* ofX) {
  const int lanes = rows.channels / kPack, packs = rows.count * lanes;
  for (int at = blockIdx.x * kThreads + threadIdx.x; at < packs; at += blocks * kThreads) {
    const int from = at * kPack + at / lanes * rows.channels;
    const Pack value = *reinterpret_cast<const Pack*>(x + from);
    const Pack open = *reinterpret_cast<const Pack*>(x + from + rows.channels);
    const Pack after = *reinterpret_cast<const Pack*>(gradient + at * kPack);
    Pack ofValue, ofGate;
    for (int i = 0; i < kPack; ++i) {
      const float z = numberOf(open.at[i]), g = numberOf(after.at[i]), share = belowNormal(z);
      const float slope = share + z * 0.39894228f * expf(-0.5f * z * z);
      ofValue.at[i] = valueOf(g * z * share);
      ofGate.at[i] = valueOf(g * numberOf(value.at[i]) * slope);
    }
    *reinterpret_cast<Pack*>(ofX + from) = ofValue;
    *reinterpret_cast<Pack*>(ofX + from + rows.channels) = ofGate;
  }
}
