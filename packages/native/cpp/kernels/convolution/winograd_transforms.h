// The linear maps around Winograd's products, F(4×4, 3×3): tiles of 6×6 inputs give 4×4 results through 36 products. A
// transformed tile is 36 vectors of 16 channels, `stride` floats from one to the next.
// Interpolation points 0, ±5/8, ±3/2 and ∞, which lose fewer digits than the usual ±1 and ±2 (B. Barabasz et al. 2020,
// https://doi.org/10.1145/3412380).
#pragma once

#include <cstdint>

namespace radweave {

constexpr int64_t kProducts = 36;

// One image [height, width, channels].
template <typename Float>
struct Image {
  Float* data;
  int64_t height, width, channels;
};

// A transformed tile: `data` are its values of the first 16 channels, `stride` from one product to the next, `panelStride` to
// the next 16 channels.
template <typename Float>
struct TileView {
  Float* data;
  int64_t stride, panelStride;
};

// A 3×3 kernel for each pair of channels; element strides. Mirrored in both directions for the gradient of the input.
template <typename Float>
struct KernelView {
  Float* data;
  int64_t out, in, row, column;
  bool isMirrored;
};

// Inputs from (y, x) on; zero outside of the image.
void transformInput(const Image<const float>& image, int64_t y, int64_t x, const TileView<float>& to);

// Writes the results from (y, x) on that lie inside of the image; `bias` may be null.
void transformOutput(const TileView<const float>& from, const float* bias, const Image<float>& image, int64_t y,
                     int64_t x);

// The transpose of `transformOutput`.
void transformGradient(const Image<const float>& image, int64_t y, int64_t x, const TileView<float>& to);

// 16 × 16 channels: row `in`, 16 columns `out`.
void transformKernels(const KernelView<const float>& kernels, float* to, int64_t stride);

// Its transpose.
void transformKernelGradient(const float* from, int64_t stride, const KernelView<float>& kernels);

}  // namespace radweave
