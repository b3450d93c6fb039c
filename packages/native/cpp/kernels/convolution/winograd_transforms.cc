#include "winograd_transforms.h"

#ifdef __GNUC__

#include <algorithm>

#include "gemm/panels.h"
#include "vectors.h"

namespace radweave {
namespace {

// The points ±a and ±b.
constexpr float a = 0.625F, b = 1.5F, aa = a * a, bb = b * b, aaa = aa * a, bbb = bb * b;
// Of each point the inverse product of its distances to the others.
constexpr float at0 = 1 / (aa * bb), atA = 1 / (2 * aa * (aa - bb)), atB = 1 / (2 * bb * (bb - aa));

// Values at a, −a, b and −b from the even and odd parts.
RADWEAVE_INLINE void atPoints(const Vector16& evenA, const Vector16& oddA, const Vector16& evenB, const Vector16& oddB,
                              Vector16* out) {
  out[1] = evenA + oddA;
  out[2] = evenA - oddA;
  out[3] = evenB + oddB;
  out[4] = evenB - oddB;
}

RADWEAVE_INLINE void inputOf(const Vector16* d, Vector16* out) {
  const Vector16 evenA = d[4] - bb * d[2], oddA = a * (d[3] - bb * d[1]);
  const Vector16 evenB = d[4] - aa * d[2], oddB = b * (d[3] - aa * d[1]);
  out[0] = (aa * bb) * d[0] - (aa + bb) * d[2] + d[4];
  atPoints(evenA, oddA, evenB, oddB, out);
  out[5] = (aa * bb) * d[1] - (aa + bb) * d[3] + d[5];
}

RADWEAVE_INLINE void outputOf(const Vector16* m, Vector16* out) {
  const Vector16 evenA = m[1] + m[2], oddA = m[1] - m[2], evenB = m[3] + m[4], oddB = m[3] - m[4];
  out[0] = m[0] + evenA + evenB;
  out[1] = a * oddA + b * oddB;
  out[2] = aa * evenA + bb * evenB;
  out[3] = aaa * oddA + bbb * oddB + m[5];
}

RADWEAVE_INLINE void gradientOf(const Vector16* y, Vector16* out) {
  const Vector16 evenA = y[0] + aa * y[2], oddA = a * (y[1] + aa * y[3]);
  const Vector16 evenB = y[0] + bb * y[2], oddB = b * (y[1] + bb * y[3]);
  out[0] = y[0];
  atPoints(evenA, oddA, evenB, oddB, out);
  out[5] = y[3];
}

RADWEAVE_INLINE void kernelOf(const Vector16* g, Vector16* out) {
  const Vector16 evenA = (g[0] + aa * g[2]) * atA, oddA = (a * atA) * g[1];
  const Vector16 evenB = (g[0] + bb * g[2]) * atB, oddB = (b * atB) * g[1];
  out[0] = at0 * g[0];
  atPoints(evenA, oddA, evenB, oddB, out);
  out[5] = g[2];
}

RADWEAVE_INLINE void kernelGradientOf(const Vector16* u, Vector16* out) {
  const Vector16 evenA = (u[1] + u[2]) * atA, oddA = (u[1] - u[2]) * atA;
  const Vector16 evenB = (u[3] + u[4]) * atB, oddB = (u[3] - u[4]) * atB;
  out[0] = at0 * u[0] + evenA + evenB;
  out[1] = a * oddA + b * oddB;
  out[2] = aa * evenA + bb * evenB + u[5];
}

// 3×3 kernels of 16 × 16 channels, [9][in][out].
using Kernels = float[9][kPanel][kPanel];

}  // namespace

// All go through the columns of a tile first, then through the rows of what that gave.

RADWEAVE_TARGET_CLONES void transformInput(const Image<const float>& image, int64_t y, int64_t x, const TileView<float>& to) {
  const int64_t stride = to.stride;
  for (int64_t c = 0; c < image.channels; c += kPanel) {
    Vector16 half[6][6], in[6], out[6];
    for (int j = 0; j < 6; ++j) {
      const bool isColumn = x + j >= 0 && x + j < image.width;
      for (int i = 0; i < 6; ++i) {
        const bool isThere = isColumn && y + i >= 0 && y + i < image.height;
        in[i] = isThere ? load<Vector16>(image.data + ((y + i) * image.width + x + j) * image.channels + c) : Vector16{};
      }
      inputOf(in, out);
      for (int i = 0; i < 6; ++i) half[i][j] = out[i];
    }
    float* tile = to.data + c / kPanel * to.panelStride;
    for (int i = 0; i < 6; ++i) {
      inputOf(half[i], out);
      for (int j = 0; j < 6; ++j) store(tile + (i * 6 + j) * stride, out[j]);
    }
  }
}

RADWEAVE_TARGET_CLONES void transformOutput(const TileView<const float>& from, const float* bias, const Image<float>& image,
                                   int64_t y, int64_t x) {
  const auto rows = static_cast<int>(std::min<int64_t>(4, image.height - y));
  const auto columns = static_cast<int>(std::min<int64_t>(4, image.width - x));
  for (int64_t c = 0; c < image.channels; c += kPanel) {
    const float* tile = from.data + c / kPanel * from.panelStride;
    const Vector16 added = bias == nullptr ? Vector16{} : load<Vector16>(bias + c);
    Vector16 half[4][6], in[6], out[4];
    for (int j = 0; j < 6; ++j) {
      for (int i = 0; i < 6; ++i) in[i] = load<Vector16>(tile + (i * 6 + j) * from.stride);
      outputOf(in, out);
      for (int i = 0; i < 4; ++i) half[i][j] = out[i];
    }
    for (int i = 0; i < rows; ++i) {
      outputOf(half[i], out);
      float* to = image.data + ((y + i) * image.width + x) * image.channels + c;
      for (int j = 0; j < columns; ++j) store(to + j * image.channels, out[j] + added);
    }
  }
}

RADWEAVE_TARGET_CLONES void transformGradient(const Image<const float>& image, int64_t y, int64_t x, const TileView<float>& to) {
  const int64_t rows = image.height - y, columns = image.width - x;
  for (int64_t c = 0; c < image.channels; c += kPanel) {
    Vector16 half[6][4], in[4], out[6];
    for (int j = 0; j < 4; ++j) {
      for (int i = 0; i < 4; ++i) {
        const bool isThere = i < rows && j < columns;
        in[i] = isThere ? load<Vector16>(image.data + ((y + i) * image.width + x + j) * image.channels + c) : Vector16{};
      }
      gradientOf(in, out);
      for (int i = 0; i < 6; ++i) half[i][j] = out[i];
    }
    float* tile = to.data + c / kPanel * to.panelStride;
    for (int i = 0; i < 6; ++i) {
      gradientOf(half[i], out);
      for (int j = 0; j < 6; ++j) store(tile + (i * 6 + j) * to.stride, out[j]);
    }
  }
}

RADWEAVE_TARGET_CLONES void transformKernels(const KernelView<const float>& kernels, float* to, int64_t stride) {
  Kernels all;
  for (int tap = 0; tap < 9; ++tap) {
    const int from = kernels.isMirrored ? 8 - tap : tap;
    const float* first = kernels.data + from / 3 * kernels.row + from % 3 * kernels.column;
    // Read in the order of memory.
    const bool isInFirst = kernels.in <= kernels.out;
    for (int64_t outer = 0; outer < kPanel; ++outer) {
      for (int64_t inner = 0; inner < kPanel; ++inner) {
        const int64_t k = isInFirst ? inner : outer, n = isInFirst ? outer : inner;
        all[tap][k][n] = first[k * kernels.in + n * kernels.out];
      }
    }
  }
  for (int64_t k = 0; k < kPanel; ++k, to += kPanel) {
    Vector16 half[6][3], in[3], out[6];
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 3; ++i) in[i] = load<Vector16>(all[i * 3 + j][k]);
      kernelOf(in, out);
      for (int i = 0; i < 6; ++i) half[i][j] = out[i];
    }
    for (int i = 0; i < 6; ++i) {
      kernelOf(half[i], out);
      for (int j = 0; j < 6; ++j) store(to + (i * 6 + j) * stride, out[j]);
    }
  }
}

RADWEAVE_TARGET_CLONES void transformKernelGradient(const float* from, int64_t stride, const KernelView<float>& kernels) {
  Kernels all;
  for (int64_t k = 0; k < kPanel; ++k, from += kPanel) {
    Vector16 half[3][6], in[6], out[3];
    for (int j = 0; j < 6; ++j) {
      for (int i = 0; i < 6; ++i) in[i] = load<Vector16>(from + (i * 6 + j) * stride);
      kernelGradientOf(in, out);
      for (int i = 0; i < 3; ++i) half[i][j] = out[i];
    }
    for (int i = 0; i < 3; ++i) {
      kernelGradientOf(half[i], out);
      for (int j = 0; j < 3; ++j) store(all[i * 3 + j][k], out[j]);
    }
  }
  for (int tap = 0; tap < 9; ++tap) {
    float* first = kernels.data + tap / 3 * kernels.row + tap % 3 * kernels.column;
    for (int64_t n = 0; n < kPanel; ++n) {
      for (int64_t k = 0; k < kPanel; ++k) first[k * kernels.in + n * kernels.out] = all[tap][k][n];
    }
  }
}

}  // namespace radweave

#else

#include <stdexcept>

namespace radweave {
namespace {

// panelKernels() is null where this is compiled, so nothing asks for it.
[[noreturn]] void refuse() { throw std::logic_error("Winograd's transforms need the vector types of GCC and Clang"); }

}  // namespace

void transformInput(const Image<const float>&, int64_t, int64_t, const TileView<float>&) { refuse(); }
void transformOutput(const TileView<const float>&, const float*, const Image<float>&, int64_t, int64_t) { refuse(); }
void transformGradient(const Image<const float>&, int64_t, int64_t, const TileView<float>&) { refuse(); }
void transformKernels(const KernelView<const float>&, float*, int64_t) { refuse(); }
void transformKernelGradient(const float*, int64_t, const KernelView<float>&) { refuse(); }

}  // namespace radweave

#endif
