// What the kernels for GPUs share: numbers of one type, read 16 bytes at a time. It stands before each of them when
// they are compiled, on the user's machine for the GPU that is there, with
//   VALUE   0: float, 1: half, 2: bfloat16
// Each launch has 256 threads a block. Sums are taken in a fixed order, so that equal inputs give equal results.

#ifndef KERNEL
#define KERNEL extern "C" __global__
#endif

constexpr int kThreads = 256;

#if VALUE == 0
using Value = float;
__device__ float numberOf(Value v) { return v; }
__device__ Value valueOf(float f) { return f; }
#else
using Value = unsigned short;
#if VALUE == 1
__device__ float numberOf(Value v) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(v));
  return f;
}
__device__ Value valueOf(float f) {
  Value v;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(v) : "f"(f));
  return v;
}
#else
__device__ float numberOf(Value v) { return __uint_as_float(static_cast<unsigned>(v) << 16); }
__device__ Value valueOf(float f) {  // to nearest, ties to even
  const unsigned bits = __float_as_uint(f);
  if (f != f) return 0x7fc0;
  return static_cast<Value>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
#endif
#endif

constexpr int kPack = 16 / sizeof(Value);  // channels that one thread reads at once
struct alignas(16) Pack {
  Value at[kPack];
};
