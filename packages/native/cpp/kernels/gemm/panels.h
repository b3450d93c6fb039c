// Matrix products of float32 on panels: matrices whose columns (channels) come in groups of 16, each group with its rows
// one after the other, [columns / 16][rows][16]. Winograd's transforms write and read this order without strides, and
// products of it need no packing, which BLAS repeats in every call.
#pragma once

#include <cstdint>

namespace radweave {

constexpr int64_t kPanel = 16;

// Scratch memory per thread of what makes panels: about a core's own cache.
constexpr int64_t kBufferPerThread = int64_t{2} << 20;
// Rows of a product that are worth a thread's turn.
constexpr int64_t kRowsPerTurn = 96;

// c [M, N] of a and b, whose inner dimension is K. Strides: floats from one panel to the next; `cRowStride` from one row of c
// to the next, so that c may be a matrix in the usual order too.
struct PanelProduct {
  int64_t M, N, K;
  const float* a;
  int64_t aStride;
  const float* b;
  int64_t bStride;
  float* c;
  int64_t cStride, cRowStride = kPanel;
};

struct PanelKernels {
  // c [M, N] = a [M, K] · b [K, N].
  void (*product)(const PanelProduct&);
  // c [M, N] += aᵀ · b with a [K, M] and b [K, N]. Rows of a and b are added one after the other.
  void (*addTransposed)(const PanelProduct&);
};

// Null where this CPU or compiler has no kernels.
const PanelKernels* panelKernels();

// Makes `panelKernels` choose again, among the kernels for vectors of at most so many floats (8 or 16): for tests.
void limitPanelKernels(int floats);

// Whether libtorch's own convolutions with strides fall behind these products: oneDNN's kernels for AVX2 do.
bool gathersFaster();

}  // namespace radweave
