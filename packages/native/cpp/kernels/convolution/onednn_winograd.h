// Winograd convolutions of oneDNN 2, for CPUs with AVX-512 and any memory layout.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Optional.h>

#include <utility>

namespace radweave {

bool hasOnednnWinograd();

// 3×3, stride 1, padding 0 or 1 on both sides, channels in multiples of 16; `bias` may be undefined. Undefined where
// oneDNN has no such convolution.
at::Tensor onednnConvolution(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias, int64_t padding);

// Gradients of input and weights, as far as wanted; nothing where oneDNN has no such convolution.
c10::optional<std::pair<at::Tensor, at::Tensor>> onednnGradients(const at::Tensor& dy, const at::Tensor& x,
                                                                 const at::Tensor& w, int64_t padding, bool wantsX,
                                                                 bool wantsW);

}  // namespace radweave
