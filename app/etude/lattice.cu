// White noise on a lattice: a number in [0, 1) of 24 bits for each seed, salt and place. The same code runs on the
// processor, so that a scene is the same picture wherever it is drawn.

__device__ unsigned mixed(unsigned x) {
  x = (x ^ (x >> 15)) * 0x2c1b3c6du;
  x = (x ^ (x >> 12)) * 0x297a2d39u;
  return x ^ (x >> 15);
}

__device__ unsigned latticeStart(long long seed, long long salt) {
  return mixed(static_cast<unsigned>(seed) + static_cast<unsigned>(salt) * 0x3243f6a9u);
}

__device__ float latticeNumber(unsigned start, unsigned row, unsigned column) {
  const unsigned hashed = mixed(start + row * 0x27d4eb2fu + column * 0x165667b1u);
  return static_cast<float>(hashed & 0xffffffu) * (1.0f / 16777216.0f);
}

#ifdef __CUDACC_RTC__
/// numbers [pictures, height, width], one a thread
extern "C" __global__ void lattice(const long long* seeds, long long salt, unsigned height, unsigned width,
                                   unsigned count, float* numbers) {
  const unsigned at = blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= count) return;
  const unsigned line = at / width;
  numbers[at] = latticeNumber(latticeStart(seeds[line / height], salt), line % height, at % width);
}
#endif
