#include "gathered.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

#include "gemm/panels.h"
#include "threads.h"

namespace radweave {
namespace {

// Panels that are worth a thread's turn.
constexpr int64_t kPanelsPerTurn = 4;

int64_t panelsOf(int64_t columns) { return (columns + kPanel - 1) / kPanel; }

// Taps in one row of the kernel whose pixels lie side by side in the image, the first of them `down` and `right` of a
// row's own pixel.
struct Run {
  int64_t kernelRow;
  std::vector<int64_t> kernelColumns;
  int64_t down, right;
};

struct Pixel {
  int64_t image, y, x;
};

// Rows are pixels of a grid [batch, height, width] whose (y, x) stands at (y, x) · step of the image; columns are the channels
// of the pixels that the runs find around it.
struct Gathering {
  int64_t height, width, step;
  std::vector<Run> runs;

  Pixel pixel(int64_t row) const { return {row / (height * width), row % (height * width) / width, row % width}; }

  int64_t columns(int64_t channels) const {
    int64_t taps = 0;
    for (const Run& run : runs) taps += static_cast<int64_t>(run.kernelColumns.size());
    return taps * channels;
  }
};

// A buffer for `rows` rows of `columns` columns, filled up to whole panels.
struct Panels {
  Panels(int64_t height, int64_t columns)
      : rows(height), count(panelsOf(columns)), stride(rows * kPanel), buffer(at::empty({count * stride}, at::kFloat)),
        data(buffer.data_ptr<float>()) {}

  int64_t rows, count, stride;
  at::Tensor buffer;
  float* data;
};

void copyPanel(float* to, const float* from) { std::memcpy(to, from, kPanel * sizeof(float)); }

void toPanels(const float* row, int64_t panels, float* to, int64_t panelStride) {
  for (int64_t p = 0; p < panels; ++p) copyPanel(to + p * panelStride, row + p * kPanel);
}

// The part [from, to) of a run's pixels around (y, x) that lies inside of the image, and where that would begin without it.
struct Inside {
  int64_t from, to;
  const float* first;
};

Inside insideOf(const Run& run, const Image<const float>& image, int64_t y, int64_t x) {
  const auto length = static_cast<int64_t>(run.kernelColumns.size());
  const int64_t row = y + run.down, first = x + run.right;
  if (row < 0 || row >= image.height) return {length, length, nullptr};
  const int64_t from = std::clamp<int64_t>(-first, 0, length);
  return {from, std::clamp<int64_t>(image.width - first, from, length),
          image.data + (row * image.width + first) * image.channels};
}

// Whole panels of channels go where they belong at once.
void gatherPanels(const Run& run, const Inside& inside, int64_t channels, float*& panel, int64_t panelStride) {
  static constexpr float kZeros[kPanel] = {};
  for (int64_t p = 0; p < static_cast<int64_t>(run.kernelColumns.size()); ++p) {
    const bool isThere = p >= inside.from && p < inside.to;
    for (int64_t c = 0; c < channels; c += kPanel, panel += panelStride) {
      copyPanel(panel, isThere ? inside.first + p * channels + c : kZeros);
    }
  }
}

// A few channels are lined up first.
float* gatherFew(const Run& run, const Inside& inside, int64_t channels, float* row) {
  const int64_t end = static_cast<int64_t>(run.kernelColumns.size()) * channels;
  int64_t i = 0;
  for (; i < inside.from * channels; ++i) row[i] = 0;
  for (; i < inside.to * channels; ++i) row[i] = inside.first[i];
  for (; i < end; ++i) row[i] = 0;
  return row + end;
}

// Gathers `count` rows of the grid from `from` on.
void gather(const Gathering& g, const Image<const float>& images, int64_t from, int64_t count, float* to, int64_t panelStride) {
  const int64_t channels = images.channels;
  // What fills the last panel stays 0.
  std::vector<float> row(panelsOf(g.columns(channels)) * kPanel);
  for (int64_t r = 0; r < count; ++r, to += kPanel) {
    const Pixel at = g.pixel(from + r);
    Image<const float> image = images;
    image.data += at.image * images.height * images.width * channels;
    float *panel = to, *next = row.data();
    for (const Run& run : g.runs) {
      const Inside inside = insideOf(run, image, at.y * g.step, at.x * g.step);
      if (channels % kPanel == 0) {
        gatherPanels(run, inside, channels, panel, panelStride);
      } else {
        next = gatherFew(run, inside, channels, next);
      }
    }
    if (channels % kPanel != 0) toPanels(row.data(), static_cast<int64_t>(row.size()) / kPanel, to, panelStride);
  }
}

Gathering gatheringOf(const GatheredShape& s) {
  Gathering g{s.outHeight(), s.outWidth(), s.stride, {}};
  std::vector<int64_t> columns(s.kernelWidth);
  std::iota(columns.begin(), columns.end(), 0);
  for (int64_t i = 0; i < s.kernelHeight; ++i) g.runs.push_back({i, columns, i - s.padding, -s.padding});
  return g;
}

// dx[top + stride·y, left + stride·x] = Σ dy[y + (top + padding − i) / stride, x + (left + padding − j) / stride] · w[i, j] over
// the taps (i, j) for which both divisions leave no rest: the same taps for all pixels of one (top, left).
Gathering backwardGatheringOf(const GatheredShape& s, int64_t top, int64_t left) {
  const auto rest = [&](int64_t size, int64_t first) { return (size - first + s.stride - 1) / s.stride; };
  Gathering g{rest(s.height, top), rest(s.width, left), 1, {}};
  std::vector<int64_t> columns;
  for (int64_t j = s.kernelWidth - 1; j >= 0; --j) {
    if ((left + s.padding - j) % s.stride == 0) columns.push_back(j);
  }
  if (columns.empty()) return g;
  const int64_t right = (left + s.padding - columns.front()) / s.stride;
  for (int64_t i = 0; i < s.kernelHeight; ++i) {
    const int64_t down = top + s.padding - i;
    if (down % s.stride == 0) g.runs.push_back({i, columns, down / s.stride, right});
  }
  return g;
}

// Calls body(kernelRow, kernelColumn) for each tap, in the order of a gathered row's columns.
template <typename Body>
void forTaps(const Gathering& g, const Body& body) {
  for (const Run& run : g.runs) {
    for (const int64_t column : run.kernelColumns) body(run.kernelRow, column);
  }
}

// Kernels as a matrix [taps · inner channels, outer channels] of panels.
Panels matrixOf(const KernelView<const float>& kernels, const Gathering& g, int64_t inner, int64_t outer) {
  Panels out(panelsOf(g.columns(inner)) * kPanel, outer);
  out.buffer.zero_();
  parallelFor(out.count, 1, [&](int64_t p, int64_t) {
    float* to = out.data + p * out.stride;
    forTaps(g, [&](int64_t row, int64_t column) {
      const float* first = kernels.data + row * kernels.row + column * kernels.column + p * kPanel * kernels.out;
      for (int64_t i = 0; i < inner; ++i, to += kPanel) {
        for (int64_t o = 0; o < kPanel; ++o) to[o] = first[i * kernels.in + o * kernels.out];
      }
    });
  });
  return out;
}

// Calls body(from, count, gathered) for parts of the grid's rows, in parallel, with their columns gathered in
// [panels][kRowsPerTurn][kPanel].
template <typename Body>
void forGathered(const Gathering& g, int64_t batch, const Image<const float>& images, const Body& body) {
  const int64_t panels = panelsOf(g.columns(images.channels));
  parallelFor(batch * g.height * g.width, kRowsPerTurn, [&](int64_t from, int64_t end) {
    const std::unique_ptr<float[]> gathered(new float[panels * kPanel * kRowsPerTurn]);
    gather(g, images, from, end - from, gathered.get(), kRowsPerTurn * kPanel);
    body(from, end - from, gathered.get());
  });
}

}  // namespace

void gatheredConvolution(const GatheredShape& shape, const float* x, const KernelView<const float>& kernels,
                         const float* bias, float* y) {
  const Gathering g = gatheringOf(shape);
  const Panels u = matrixOf(kernels, g, shape.in, shape.out);
  const auto product = panelKernels()->product;
  forGathered(g, shape.batch, {x, shape.height, shape.width, shape.in}, [&](int64_t from, int64_t rows, const float* v) {
    float* out = y + from * shape.out;
    product({rows, shape.out, u.rows, v, kRowsPerTurn * kPanel, u.data, u.stride, out, kPanel, shape.out});
    if (bias == nullptr) return;
    for (int64_t r = 0; r < rows; ++r, out += shape.out) {
      for (int64_t c = 0; c < shape.out; ++c) out[c] += bias[c];
    }
  });
}

void gatheredInputGradient(const GatheredShape& shape, const float* dy, const KernelView<const float>& kernels,
                           float* dx) {
  const auto product = panelKernels()->product;
  const KernelView<const float> turned{kernels.data, kernels.in, kernels.out, kernels.row, kernels.column, false};
  const Image<const float> images{dy, shape.outHeight(), shape.outWidth(), shape.out};
  for (int64_t top = 0; top < std::min(shape.stride, shape.height); ++top) {
    for (int64_t left = 0; left < std::min(shape.stride, shape.width); ++left) {
      const Gathering g = backwardGatheringOf(shape, top, left);
      const Panels u = matrixOf(turned, g, shape.out, shape.in);
      forGathered(g, shape.batch, images, [&](int64_t from, int64_t rows, const float* v) {
        const std::unique_ptr<float[]> gradients(new float[rows * shape.in]);
        product({rows, shape.in, u.rows, v, kRowsPerTurn * kPanel, u.data, u.stride, gradients.get(), kPanel, shape.in});
        for (int64_t r = 0; r < rows; ++r) {
          const Pixel at = g.pixel(from + r);
          const int64_t y = top + at.y * shape.stride, x = left + at.x * shape.stride;
          std::memcpy(dx + ((at.image * shape.height + y) * shape.width + x) * shape.in, gradients.get() + r * shape.in,
                      shape.in * sizeof(float));
        }
      });
    }
  }
}

void gatheredKernelGradient(const GatheredShape& shape, const float* x, const float* dy,
                            const KernelView<float>& gradient) {
  const Gathering g = gatheringOf(shape);
  const int64_t count = shape.batch * g.height * g.width, columns = g.columns(shape.in);
  const Panels u(panelsOf(columns) * kPanel, shape.out);
  u.buffer.zero_();
  const int64_t bytes = static_cast<int64_t>(sizeof(float)) * (u.rows + shape.out);
  const int64_t atOnce = std::min(count, std::max(kRowsPerTurn, kBufferPerThread * at::get_num_threads() / bytes));
  const Panels v(atOnce, columns), z(atOnce, shape.out);
  const auto addTransposed = panelKernels()->addTransposed;
  for (int64_t from = 0; from < count; from += atOnce) {
    const int64_t rows = std::min(atOnce, count - from);
    parallelFor(rows, kRowsPerTurn, [&](int64_t first, int64_t end) {
      gather(g, {x, shape.height, shape.width, shape.in}, from + first, end - first, v.data + first * kPanel, v.stride);
      for (int64_t r = first; r < end; ++r) toPanels(dy + (from + r) * shape.out, z.count, z.data + r * kPanel, z.stride);
    });
    const int64_t turns = (v.count + kPanelsPerTurn - 1) / kPanelsPerTurn;
    parallelFor(turns * z.count, 1, [&](int64_t turn, int64_t) {
      const int64_t k = turn % turns * kPanelsPerTurn, n = turn / turns;
      addTransposed({std::min(kPanelsPerTurn, v.count - k) * kPanel, kPanel, rows, v.data + k * v.stride, v.stride,
                     z.data + n * z.stride, z.stride, u.data + n * u.stride + k * kPanel * kPanel, u.stride});
    });
  }
  parallelFor(shape.out, kPanel, [&](int64_t first, int64_t end) {
    for (int64_t n = first; n < end; ++n) {
      const float* from = u.data + n / kPanel * u.stride + n % kPanel;
      forTaps(g, [&](int64_t row, int64_t column) {
        float* to = gradient.data + n * gradient.out + row * gradient.row + column * gradient.column;
        for (int64_t k = 0; k < shape.in; ++k, from += kPanel) to[k * gradient.in] = *from;
      });
    }
  });
}

}  // namespace radweave
