// For loops over channels that the compiler turns into vectors.
#pragma once

// Compiled for several CPUs, chosen when loaded, where compiler and linker can.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define RADWEAVE_WIDE __attribute__((target_clones("avx512f", "fma", "default")))
#else
#define RADWEAVE_WIDE
#endif

#ifdef _MSC_VER
#define RADWEAVE_ALONE __restrict
#else
#define RADWEAVE_ALONE __restrict__
#endif
