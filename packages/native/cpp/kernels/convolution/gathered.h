// Direct convolutions as products of gathered rows (im2col), a cache's worth at a time: for strides and large kernels, where
// oneDNN's kernels for AVX2 reach half of the speed of a product or, for the gradient of a one-channel stem, a sixth.
#pragma once

#include <cstdint>

#include "winograd_transforms.h"

namespace radweave {

// Without dilation and groups; any number of channels in, multiples of kPanel out.
struct GatheredShape {
  int64_t batch, in, out, height, width, kernelHeight, kernelWidth, stride, padding;
  int64_t outHeight() const { return (height + 2 * padding - kernelHeight) / stride + 1; }
  int64_t outWidth() const { return (width + 2 * padding - kernelWidth) / stride + 1; }
};

// y [N, H', W', out] of x [N, H, W, in]; `bias` [out] may be null.
void gatheredConvolution(const GatheredShape& shape, const float* x, const KernelView<const float>& kernels,
                         const float* bias, float* y);

// The gradient of the input, whose channels are multiples of kPanel too.
void gatheredInputGradient(const GatheredShape& shape, const float* dy, const KernelView<const float>& kernels,
                           float* dx);

// The gradient of the kernels. The same to the last bit for any number of threads.
void gatheredKernelGradient(const GatheredShape& shape, const float* x, const float* dy,
                            const KernelView<float>& gradient);

}  // namespace radweave
