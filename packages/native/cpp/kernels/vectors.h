// For loops over channels that become vector instructions.
#pragma once

#include <cstring>

// Compiled for several CPUs, chosen when loaded, where compiler and linker can.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define RADWEAVE_TARGET_CLONES __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define RADWEAVE_TARGET_CLONES
#endif

#ifdef _MSC_VER
#define RADWEAVE_RESTRICT __restrict
#define RADWEAVE_INLINE __forceinline
#else
#define RADWEAVE_RESTRICT __restrict__
#define RADWEAVE_INLINE inline __attribute__((always_inline))
#endif

#ifdef __GNUC__

namespace radweave {

// 8 and 16 floats; compilers split them where registers are narrower.
using Vector8 = float __attribute__((vector_size(32)));
using Vector16 = float __attribute__((vector_size(64)));

template <typename V>
RADWEAVE_INLINE V load(const float* from) {
  V out;
  std::memcpy(&out, from, sizeof(V));
  return out;
}

template <typename V>
RADWEAVE_INLINE void store(float* to, const V& value) {
  std::memcpy(to, &value, sizeof(V));
}

}  // namespace radweave

#endif
