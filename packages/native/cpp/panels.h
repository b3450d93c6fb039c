// Matrix products of float32 on panels: matrices whose columns (channels) come in groups of 16, each group with its rows
// one after the other, [columns / 16][rows][16]. Winograd's transforms write and read this order without strides, and
// products of it need no packing, which BLAS does anew in every call.
#pragma once

#include <cstdint>

namespace radweave {

constexpr int64_t kPanel = 16;
// Rows of a product come in multiples of this.
constexpr int64_t kRowBlock = 12;

// `apart`: floats from one panel of a matrix to the next; [K, N] matrices are dense.
struct PanelProduct {
  int64_t rows, inner, columns;
  const float* a;
  int64_t aApart;
  const float* b;
  int64_t bApart;
  float* out;
  int64_t outApart;
};

// Null where this CPU or compiler has no kernels.
struct PanelKernels {
  // out [rows, N] = a [rows, K] · b [K, N]; b dense (bApart = 16 K).
  void (*product)(const PanelProduct&);
  // out [K, N] += aᵀ · b with a [rows, K] and b [rows, N]; out dense. Rows are added one after the other.
  void (*addTransposed)(const PanelProduct&);
};

const PanelKernels* panelKernels();

}  // namespace radweave
