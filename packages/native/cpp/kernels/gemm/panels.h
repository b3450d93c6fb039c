// Matrix products of float32 on panels: matrices whose columns (channels) come in groups of 16, each group with its rows
// one after the other, [columns / 16][rows][16]. Winograd's transforms write and read this order without strides, and
// products of it need no packing, which BLAS does anew in every call.
#pragma once

#include <cstdint>

namespace radweave {

constexpr int64_t kPanel = 16;

// `apart`: floats from one panel of a matrix to the next. `outRow`: from one row of the result to the next, so that it may
// be a matrix in the usual order too.
struct PanelProduct {
  int64_t rows, inner, columns;
  const float* a;
  int64_t aApart;
  const float* b;
  int64_t bApart;
  float* out;
  int64_t outApart, outRow = kPanel;
};

// Null where this CPU or compiler has no kernels.
struct PanelKernels {
  // out [rows, N] = a [rows, K] · b [K, N].
  void (*product)(const PanelProduct&);
  // out [K, N] += aᵀ · b with a [rows, K] and b [rows, N]. Rows are added one after the other.
  void (*addTransposed)(const PanelProduct&);
};

const PanelKernels* panelKernels();

// Whether libtorch's own convolutions with strides fall behind these products: oneDNN's kernels for AVX2 do.
bool gathersFaster();

}  // namespace radweave
