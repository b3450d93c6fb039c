#include "convolution/matrix_gradients.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/randn.h>

#include "kernels.h"
#include "testing/test.h"

using namespace radweave;

namespace {

struct Case {
  std::vector<int64_t> x, w;
  Steps steps;
};

// Kernels of one pixel, with steps that leave a rest too; of more weights than pixels, also at the edges, wider than the image and
// all beside it.
const std::vector<Case> kPointwise = {{{3, 32, 7, 5}, {16, 32, 1, 1}, {1, 0}}, {{2, 16, 8, 7}, {48, 16, 1, 1}, {2, 0}}};
const std::vector<Case> kGathered = {{{2, 64, 4, 5}, {16, 64, 3, 3}, {1, 1}},
                                     {{2, 16, 9, 6}, {32, 16, 3, 3}, {2, 1}},
                                     {{1, 32, 2, 2}, {16, 32, 5, 5}, {1, 2}},
                                     {{2, 16, 7, 7}, {16, 16, 1, 1}, {2, 1}},
                                     {{1, 32, 3, 3}, {16, 32, 1, 1}, {2, 2}},
                                     {{1, 64, 2, 2}, {16, 64, 3, 1}, {1, 3}}};

// Gradients of the input and of the kernels.
struct Gradients {
  at::Tensor dx, dw;
};

struct Inputs {
  Inputs(const Case& c, at::MemoryFormat format)
      : x(at::randn(c.x).to(at::kBFloat16).contiguous(format)), w(at::randn(c.w).to(at::kBFloat16).contiguous(format)) {
    const auto out = [&](size_t side) { return (c.x[side] + 2 * c.steps.padding - c.w[side]) / c.steps.stride + 1; };
    dy = at::randn({c.x[0], c.w[0], out(2), out(3)}).to(at::kBFloat16).contiguous(format);
  }

  // By libtorch's operator, whoever computes it.
  Gradients gradients(at::ScalarType dtype, const Steps& steps) const {
    const auto [dx, dw, db] = at::convolution_backward(
        dy.to(dtype), x.to(dtype), w.to(dtype), c10::nullopt, {steps.stride, steps.stride},
        {steps.padding, steps.padding}, {1, 1}, false, {0, 0}, 1, {true, true, false});
    return {dx, dw};
  }

  at::Tensor x, w, dy;
};

// Results in bfloat16 are rounded once: by half of 2⁻⁷ of themselves.
void isExact(const at::Tensor& found, const at::Tensor& exact, const at::Tensor& like) {
  EXPECT_EQUAL(found.scalar_type(), at::kBFloat16);
  EXPECT(found.sizes() == exact.sizes() && found.is_contiguous(like.suggest_memory_format()));
  const double difference = found.to(at::kDouble).sub(exact).abs().max().item<double>();
  EXPECT_BELOW(difference / exact.abs().max().item<double>(), 0.0045);
}

template <typename Body>
void forEach(const std::vector<Case>& cases, const Body& body) {
  for (const Case& c : cases) {
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) body(c, Inputs(c, format));
  }
}

}  // namespace

TEST("plain", "products of matrices give the gradients of bfloat16 convolutions") {
  forEach(kPointwise, [](const Case& c, const Inputs& in) {
    const Gradients exact = in.gradients(at::kDouble, c.steps);
    isExact(inputGradientByMatrices(in.dy, in.x, in.w, c.steps), exact.dx, in.x);
    isExact(kernelGradientByMatrices(in.dy, in.x, in.w, c.steps), exact.dw, in.w);
  });
  forEach(kGathered, [](const Case& c, const Inputs& in) {
    isExact(kernelGradientByMatrices(in.dy, in.x, in.w, c.steps), in.gradients(at::kDouble, c.steps).dw, in.w);
    EXPECT(!inputGradientByMatrices(in.dy, in.x, in.w, c.steps).defined());
  });
}

TEST("plain", "kernels of fewer weights than pixels are left to libtorch") {
  const Case c{{2, 16, 20, 20}, {16, 16, 3, 3}, {1, 1}};
  const Inputs in(c, at::MemoryFormat::ChannelsLast);
  EXPECT(!kernelGradientByMatrices(in.dy, in.x, in.w, c.steps).defined());
}

TEST("products", "gradients of bfloat16 convolutions are right, whoever computes which") {
  installKernels(true);
  for (const auto& cases : {kPointwise, kGathered}) {
    forEach(cases, [](const Case& c, const Inputs& in) {
      const Gradients found = in.gradients(at::kBFloat16, c.steps), exact = in.gradients(at::kDouble, c.steps);
      isExact(found.dx, exact.dx, found.dx);
      isExact(found.dw, exact.dw, found.dw);
    });
  }
}

TEST("products", "gradients of the sizes of another convolution are refused") {
  installKernels(true);
  for (const Case& c : {kPointwise[0], kGathered[0]}) {
    Inputs in(c, at::MemoryFormat::ChannelsLast);
    in.dy = at::cat({in.dy, in.dy});
    EXPECT(testing::thrownBy([&] { in.gradients(at::kBFloat16, c.steps); }) != "nothing");
  }
}
