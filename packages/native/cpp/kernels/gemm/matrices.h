// A float32 matrix, or its transpose, in memory that matrix products can read as it lies.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <climits>

namespace radweave {

struct Matrix {
  const float* data;
  int64_t stride;  // from one row, or column where transposed, to the next; BLAS calls it leading dimension
  bool isTransposed;
};

// Of the last two dimensions, `inner` without gaps.
inline bool isDenseAlong(const at::Tensor& t, int64_t inner, int64_t outer) {
  return t.stride(inner) == 1 && t.stride(outer) >= std::max<int64_t>(1, t.size(inner)) && t.stride(outer) <= INT_MAX;
}

// The tensor itself where its matrices can be read as they lie, else a copy.
inline at::Tensor readable(const at::Tensor& t) {
  return isDenseAlong(t, -1, -2) || isDenseAlong(t, -2, -1) ? t : t.contiguous();
}

// The first matrix of a readable tensor.
inline Matrix matrixOf(const at::Tensor& t) {
  const bool isByRows = isDenseAlong(t, -1, -2);
  return {t.data_ptr<float>(), t.stride(isByRows ? -2 : -1), !isByRows};
}

}  // namespace radweave
