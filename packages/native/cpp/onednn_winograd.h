// Winograd convolutions of oneDNN 2, for CPUs with AVX-512 and any memory layout.
#pragma once

#include <ATen/core/Tensor.h>

namespace radweave {

bool hasOnednnWinograd();

// 3×3, stride 1, padding 0 or 1 on both sides, channels in multiples of 16; `bias` may be undefined. Undefined where
// oneDNN has no such convolution.
at::Tensor onednnConvolution(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias, int64_t padding);

// Gradients of input and weights, as far as wanted; of both undefined where oneDNN has no such convolution.
struct OnednnGradients {
  bool isThere;
  at::Tensor x, w;
};
OnednnGradients onednnGradients(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, int64_t padding,
                                bool wantsX, bool wantsW);

}  // namespace radweave
