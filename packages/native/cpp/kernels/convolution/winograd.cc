#include "winograd.h"

#include <ATen/ops/empty.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "gemm/panels.h"
#include "threads.h"

namespace radweave {
namespace {

// Tiles at a time; products of fewer rows would read the kernels too often.
constexpr int64_t kFewestTiles = 96, kTileStep = 48;
// Tiles and columns that are worth a thread's turn.
constexpr int64_t kTilesPerTurn = 8, kColumnsPerTurn = 64;

// One matrix [rows, channels] of panels for each of the products.
struct Matrices {
  Matrices(int64_t rows, int64_t channels)
      : panelStride(rows * kPanel),
        // Matrices whose distance is a power of two would share few lines of the cache.
        stride(rows * channels + kPanel),
        buffer(at::empty({kProducts * stride}, at::kFloat)),
        data(buffer.data_ptr<float>()) {}

  TileView<float> tile(int64_t row) const { return {data + row * kPanel, stride, panelStride}; }

  int64_t panelStride, stride;
  at::Tensor buffer;
  float* data;
};

// Tiles of 4×4 results, counted through the batch.
struct Tiles {
  explicit Tiles(const ConvolutionShape& s)
      : shape(s), across((s.outWidth() + 3) / 4), each((s.outHeight() + 3) / 4 * across), count(s.batch * each) {
    const int64_t bytes = kProducts * static_cast<int64_t>(sizeof(float)) * (s.in + s.out);
    const int64_t fitting = kBufferPerThread * at::get_num_threads() / bytes / kTileStep * kTileStep;
    atOnce = std::min(count, std::max(kFewestTiles, fitting));
  }

  // Calls body(from, tileCount): the tiles that are transformed at a time.
  template <typename Body>
  void inParts(const Body& body) const {
    for (int64_t from = 0; from < count; from += atOnce) body(from, std::min(atOnce, count - from));
  }

  // Calls body(row, image, y, x) for each tile of a part, in parallel.
  template <typename Body>
  void forEach(int64_t from, int64_t tileCount, const Body& body) const {
    parallelFor(tileCount, kTilesPerTurn, [&](int64_t first, int64_t end) {
      for (int64_t row = first; row < end; ++row) {
        const int64_t at = (from + row) % each;
        body(row, (from + row) / each, at / across * 4, at % across * 4);
      }
    });
  }

  Image<const float> input(const float* x, int64_t image) const {
    return {x + image * shape.height * shape.width * shape.in, shape.height, shape.width, shape.in};
  }

  template <typename Float>
  Image<Float> output(Float* y, int64_t image) const {
    return {y + image * shape.outHeight() * shape.outWidth() * shape.out, shape.outHeight(), shape.outWidth(), shape.out};
  }

  ConvolutionShape shape;
  int64_t across, each, count, atOnce;
};

// Calls body(k, n) for all 16 × 16 channels, in parallel.
template <typename Body>
void forEachBlock(const ConvolutionShape& s, const Body& body) {
  const int64_t across = s.in / kPanel;
  parallelFor(across * (s.out / kPanel), 1, [&](int64_t block, int64_t) {
    body(block % across * kPanel, block / across * kPanel);
  });
}

template <typename Float>
KernelView<Float> blockOf(KernelView<Float> kernels, int64_t k, int64_t n) {
  kernels.data += k * kernels.in + n * kernels.out;
  return kernels;
}

// Matrices [in, out].
float* blockIn(const Matrices& m, int64_t k, int64_t n) { return m.data + n / kPanel * m.panelStride + k * kPanel; }

}  // namespace

bool hasPanelWinograd() { return panelKernels() != nullptr; }

void panelConvolution(const ConvolutionShape& shape, const float* x, const KernelView<const float>& kernels,
                      const float* bias, float* y) {
  const Matrices u(shape.in, shape.out);
  forEachBlock(shape, [&](int64_t k, int64_t n) { transformKernels(blockOf(kernels, k, n), blockIn(u, k, n), u.stride); });
  const Tiles tiles(shape);
  const Matrices v(tiles.atOnce, shape.in), m(tiles.atOnce, shape.out);
  const auto product = panelKernels()->product;
  tiles.inParts([&](int64_t from, int64_t tileCount) {
    tiles.forEach(from, tileCount, [&](int64_t row, int64_t image, int64_t top, int64_t left) {
      transformInput(tiles.input(x, image), top - shape.padding, left - shape.padding, v.tile(row));
    });
    const int64_t turns = (tileCount + kRowsPerTurn - 1) / kRowsPerTurn;
    parallelFor(kProducts * turns, 1, [&](int64_t turn, int64_t) {
      const int64_t at = turn / turns, row = turn % turns * kRowsPerTurn;
      product({std::min(kRowsPerTurn, tileCount - row), shape.out, shape.in, v.data + at * v.stride + row * kPanel,
               v.panelStride, u.data + at * u.stride, u.panelStride, m.data + at * m.stride + row * kPanel, m.panelStride});
    });
    tiles.forEach(from, tileCount, [&](int64_t row, int64_t image, int64_t top, int64_t left) {
      const TileView<float> tile = m.tile(row);
      transformOutput({tile.data, tile.stride, tile.panelStride}, bias, tiles.output(y, image), top, left);
    });
  });
}

void panelKernelGradient(const ConvolutionShape& shape, const float* x, const float* dy,
                         const KernelView<float>& gradient) {
  const Matrices u(shape.in, shape.out);
  u.buffer.zero_();
  const Tiles tiles(shape);
  const Matrices v(tiles.atOnce, shape.in), z(tiles.atOnce, shape.out);
  const auto addTransposed = panelKernels()->addTransposed;
  tiles.inParts([&](int64_t from, int64_t tileCount) {
    tiles.forEach(from, tileCount, [&](int64_t row, int64_t image, int64_t top, int64_t left) {
      transformInput(tiles.input(x, image), top - shape.padding, left - shape.padding, v.tile(row));
      transformGradient(tiles.output(dy, image), top, left, z.tile(row));
    });
    const int64_t turns = (shape.out + kColumnsPerTurn - 1) / kColumnsPerTurn;
    parallelFor(kProducts * turns, 1, [&](int64_t turn, int64_t) {
      const int64_t at = turn / turns, column = turn % turns * kColumnsPerTurn, panel = column / kPanel;
      addTransposed({shape.in, std::min(kColumnsPerTurn, shape.out - column), tileCount, v.data + at * v.stride, v.panelStride,
                     z.data + at * z.stride + panel * z.panelStride, z.panelStride,
                     u.data + at * u.stride + panel * u.panelStride, u.panelStride});
    });
  });
  forEachBlock(shape, [&](int64_t k, int64_t n) {
    transformKernelGradient(blockIn(u, k, n), u.stride, blockOf(gradient, k, n));
  });
}

}  // namespace radweave
