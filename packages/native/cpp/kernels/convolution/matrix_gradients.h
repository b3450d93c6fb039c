// Gradients of bfloat16 convolutions as products of matrices, on CPUs whose matrix unit (AMX) computes these several times as
// fast as oneDNN's kernels for these gradients (2.6.3 and 3.13.3): those of 1×1 kernels, and those of kernels with more weights
// than pixels.
#pragma once

#include <ATen/core/Tensor.h>

namespace radweave {

// What a convolution without dilation and groups computes: the same stride and padding in both directions.
struct Steps {
  int64_t stride, padding;
};

// Whether this CPU has a matrix unit for bfloat16 that the operating system lets be used.
bool hasMatrixUnit();

// The gradient of the kernels; undefined where libtorch's own is as fast.
at::Tensor kernelGradientByMatrices(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Steps& steps);

// The gradient of the input; undefined where libtorch's own is as fast.
at::Tensor inputGradientByMatrices(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Steps& steps);

}  // namespace radweave
