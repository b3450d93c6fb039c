// Winograd convolutions of our own, for channels-last memory and every CPU that panels.h has kernels for.
#pragma once

#include "winograd_transforms.h"

namespace radweave {

// 3×3, stride 1, padding 0 to 2; channels are multiples of kPanel.
struct ConvolutionShape {
  int64_t batch, in, out, height, width, padding;
  int64_t outHeight() const { return height + 2 * padding - 2; }
  int64_t outWidth() const { return width + 2 * padding - 2; }
};

bool hasPanelWinograd();

// y [N, H', W', out] of x [N, H, W, in]; `bias` [out] may be null.
void panelConvolution(const ConvolutionShape& shape, const float* x, const KernelView<const float>& kernels,
                      const float* bias, float* y);

// The gradient of the kernels. The same to the last bit for any number of threads.
void panelKernelGradient(const ConvolutionShape& shape, const float* x, const float* dy,
                         const KernelView<float>& gradient);

}  // namespace radweave
