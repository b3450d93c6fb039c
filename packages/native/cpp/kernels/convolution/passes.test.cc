// The three passes of a convolution, by Winograd's algorithm and by gathering, in buffers without a float to spare.
#include <ATen/Parallel.h>

#include "convolution/gathered.h"
#include "convolution/winograd.h"
#include "gemm/panels.h"
#include "testing/numbers.h"
#include "testing/test.h"

using namespace radweave;
using testing::randomFloats;
using testing::relativeError;

namespace {

struct Data {
  explicit Data(const GatheredShape& s)
      : x(randomFloats(s.batch * s.height * s.width * s.in, 1)),
        w(randomFloats(s.out * s.in * s.kernelHeight * s.kernelWidth, 2)),
        bias(randomFloats(s.out, 3)),
        dy(randomFloats(s.batch * s.outHeight() * s.outWidth() * s.out, 4)) {}
  std::vector<float> x, w, bias, dy;
};

// Calls body(x, y, w): the indices of each input, output and weight that are multiplied.
template <typename Body>
void forEachProduct(const GatheredShape& s, const Body& body) {
  const int64_t outHeight = s.outHeight(), outWidth = s.outWidth();
  for (int64_t at = 0; at < s.batch * outHeight * outWidth; ++at) {
    const int64_t image = at / (outHeight * outWidth), top = at / outWidth % outHeight, left = at % outWidth;
    for (int64_t i = 0; i < s.kernelHeight; ++i) {
      for (int64_t j = 0; j < s.kernelWidth; ++j) {
        const int64_t y = top * s.stride + i - s.padding, x = left * s.stride + j - s.padding;
        if (y < 0 || y >= s.height || x < 0 || x >= s.width) continue;
        for (int64_t k = 0; k < s.in; ++k) {
          for (int64_t n = 0; n < s.out; ++n) {
            body(static_cast<size_t>(((image * s.height + y) * s.width + x) * s.in + k), static_cast<size_t>(at * s.out + n),
                 static_cast<size_t>(((n * s.in + k) * s.kernelHeight + i) * s.kernelWidth + j));
          }
        }
      }
    }
  }
}

// [out, in, height, width]
template <typename Float>
KernelView<Float> view(const GatheredShape& s, Float* w) {
  const int64_t taps = s.kernelHeight * s.kernelWidth;
  return {w, s.in * taps, taps, s.kernelWidth, 1, false};
}

struct Results {
  std::vector<float> y, dx, dw;
};

Results byGathering(const GatheredShape& s, const Data& d) {
  Results r{std::vector<float>(d.dy.size()), std::vector<float>(d.x.size()), std::vector<float>(d.w.size())};
  gatheredConvolution(s, d.x.data(), view(s, d.w.data()), d.bias.data(), r.y.data());
  if (s.in % kPanel == 0) gatheredInputGradient(s, d.dy.data(), view(s, d.w.data()), r.dx.data());
  gatheredKernelGradient(s, d.x.data(), d.dy.data(), view(s, r.dw.data()));
  return r;
}

Results byWinograd(const GatheredShape& s, const Data& d) {
  Results r{std::vector<float>(d.dy.size()), std::vector<float>(d.x.size()), std::vector<float>(d.w.size())};
  const ConvolutionShape shape{s.batch, s.in, s.out, s.height, s.width, s.padding};
  panelConvolution(shape, d.x.data(), view(s, d.w.data()), d.bias.data(), r.y.data());
  panelKernelGradient(shape, d.x.data(), d.dy.data(), view(s, r.dw.data()));
  const ConvolutionShape turned{s.batch, s.out, s.in, s.outHeight(), s.outWidth(), 2 - s.padding};
  panelConvolution(turned, d.dy.data(), {d.w.data(), 9, s.in * 9, 3, 1, true}, nullptr, r.dx.data());
  return r;
}

template <typename Compute>
void isExact(const GatheredShape& s, const Compute& compute) {
  const Data d(s);
  std::vector<double> y(d.dy.size()), dx(d.x.size()), dw(d.w.size());
  for (size_t i = 0; i < y.size(); ++i) y[i] = d.bias[i % static_cast<size_t>(s.out)];
  forEachProduct(s, [&](size_t xAt, size_t yAt, size_t wAt) {
    y[yAt] += static_cast<double>(d.x[xAt]) * d.w[wAt];
    dx[xAt] += static_cast<double>(d.dy[yAt]) * d.w[wAt];
    dw[wAt] += static_cast<double>(d.dy[yAt]) * d.x[xAt];
  });
  for (const int floats : {8, 16}) {
    limitPanelKernels(floats);
    at::set_num_threads(1);
    const Results alone = compute(s, d);
    EXPECT_BELOW(relativeError(alone.y, y), 1e-5);
    if (s.in % kPanel == 0) EXPECT_BELOW(relativeError(alone.dx, dx), 1e-5);
    EXPECT_BELOW(relativeError(alone.dw, dw), 1e-5);
    at::set_num_threads(3);
    const Results together = compute(s, d);
    EXPECT(together.y == alone.y && together.dx == alone.dx && together.dw == alone.dw);
  }
}

}  // namespace

TEST("plain", "gathered convolutions and their gradients are those of float64, and the same for any number of threads") {
  // batch, in, out, height, width, kernel height and width, stride, padding
  for (const GatheredShape& shape : {GatheredShape{2, 16, 32, 9, 8, 3, 3, 2, 1}, GatheredShape{3, 32, 16, 7, 11, 1, 1, 2, 0},
                                     GatheredShape{1, 1, 16, 20, 19, 7, 7, 2, 3}, GatheredShape{2, 3, 16, 8, 8, 2, 2, 2, 0},
                                     GatheredShape{1, 16, 16, 13, 10, 5, 2, 3, 1}, GatheredShape{1, 16, 16, 9, 9, 2, 2, 3, 0},
                                     GatheredShape{2, 48, 16, 12, 12, 1, 1, 1, 0}, GatheredShape{1, 16, 16, 6, 31, 5, 7, 1, 3}}) {
    isExact(shape, byGathering);
  }
}

TEST("plain", "Winograd convolutions and their gradients are those of float64, and the same for any number of threads") {
  for (const GatheredShape& shape : {GatheredShape{2, 16, 32, 12, 12, 3, 3, 1, 1}, GatheredShape{3, 32, 16, 7, 13, 3, 3, 1, 1},
                                     GatheredShape{1, 48, 16, 9, 6, 3, 3, 1, 0}, GatheredShape{1, 16, 16, 3, 3, 3, 3, 1, 1}}) {
    isExact(shape, byWinograd);
  }
}
