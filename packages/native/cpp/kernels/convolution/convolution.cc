// 3×3 convolutions of stride 1 with Winograd's minimal filtering F(4×4, 3×3): a quarter of the multiplications (Lavin & Gray
// 2016, https://arxiv.org/abs/1509.09308). libtorch never does this on a CPU, cuDNN may on GPUs. Rounding errors are up to
// four times those of the direct sum, near 3e-6 of the largest.
// Where oneDNN's kernels are those for AVX2, convolutions with strides or larger kernels and the gradients of 1×1
// convolutions are computed here too, as products of gathered rows. Only where switched on, float32, and channels that fill
// the vectors. Gradients of bfloat16 convolutions: matrix_gradients.h. All else stays with libtorch, autograd does too.
#include "convolution.h"

#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/convolution_native.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <c10/util/Optional.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gathered.h"
#include "matrix_gradients.h"
#include "onednn/onednn.h"
#include "onednn_winograd.h"
#include "winograd.h"
#include "gemm/panels.h"
#include "kernels.h"
#include "replace.h"
#include "threads.h"

namespace radweave {
namespace {

bool isInstalled = false;
thread_local bool isOn = false;

// Channels that are computed together, in oneDNN's kernels and in ours.
constexpr int64_t kVector = 16;
// Transforming the weights pays from this many tiles of 4×4 results on.
constexpr int64_t kFewestTiles = 64;
// Packing the weights pays from this many results on.
constexpr int64_t kFewestPixels = 512;

bool all(at::IntArrayRef values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

bool isPlain(const at::Tensor& t) {
  return t.layout() == at::kStrided && t.scalar_type() == at::kFloat && t.dim() == 4 && t.numel() > 0;
}

int64_t tiles(const at::Tensor& x) { return x.size(0) * ((x.size(2) + 3) / 4) * ((x.size(3) + 3) / 4); }

// What a convolution computes, apart from its numbers.
struct Geometry {
  at::IntArrayRef stride, padding, dilation;
  bool transposed;
  int64_t groups;
};

bool arePlain(const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  return isOn && !g.transposed && g.groups == 1 && isPlain(x) && isPlain(w) && all(g.dilation, 1) &&
         x.size(1) == w.size(1) && w.size(0) % kVector == 0;
}

bool isWinograd(const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  return arePlain(x, w, g) && w.size(2) == 3 && w.size(3) == 3 && all(g.stride, 1) &&
         (all(g.padding, 0) || all(g.padding, 1)) && x.size(1) % kVector == 0 && x.size(2) >= 3 && x.size(3) >= 3 &&
         tiles(x) >= kFewestTiles;
}

GatheredShape gatheredShape(const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  return {x.size(0), x.size(1), w.size(0),       x.size(2),   x.size(3),
          w.size(2), w.size(3), g.stride.front(), g.padding.front()};
}

bool isGathered(const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  if (!gathersFaster() || !arePlain(x, w, g) || !all(g.stride, g.stride.front()) || !all(g.padding, g.padding.front())) {
    return false;
  }
  const GatheredShape s = gatheredShape(x, w, g);
  return s.height + 2 * s.padding >= s.kernelHeight && s.width + 2 * s.padding >= s.kernelWidth &&
         s.batch * s.outHeight() * s.outWidth() >= kFewestPixels;
}

at::Tensor channelsLast(const at::Tensor& t) { return t.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor emptyChannelsLast(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().memory_format(at::MemoryFormat::ChannelsLast));
}

// Forward, libtorch's convolutions are as fast for 1×1, and faster for few channels.
bool isWorthGathering(const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  const int64_t taps = w.size(2) * w.size(3);
  return x.size(1) % kVector == 0 && (g.stride.front() > 1 ? taps > 1 : taps > 9);
}

KernelView<const float> kernelsOf(const at::Tensor& w) {
  return {w.data_ptr<float>(), w.stride(0), w.stride(1), w.stride(2), w.stride(3), false};
}

// A convolution by one of our algorithms: Shape tells the sizes, and `compute` has what they need.
template <typename Shape, typename Compute>
at::Tensor convolveBy(const Shape& shape, const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias,
                          const Compute& compute) {
  const at::Tensor image = channelsLast(x), added = bias.defined() ? bias.contiguous() : bias;
  at::Tensor y = emptyChannelsLast({shape.batch, shape.out, shape.outHeight(), shape.outWidth()}, x);
  compute(shape, image.data_ptr<float>(), kernelsOf(w), added.defined() ? added.data_ptr<float>() : nullptr,
          y.data_ptr<float>());
  return y.contiguous(x.suggest_memory_format());
}

template <typename Shape, typename Compute>
at::Tensor kernelGradientBy(const Shape& shape, const at::Tensor& gradOutput, const at::Tensor& x, const at::Tensor& w,
                             const Compute& compute) {
  const at::Tensor image = channelsLast(x);
  at::Tensor dw = at::empty(w.sizes(), w.options().memory_format(w.suggest_memory_format()));
  compute(shape, image.data_ptr<float>(), gradOutput.data_ptr<float>(),
          {dw.data_ptr<float>(), dw.stride(0), dw.stride(1), dw.stride(2), dw.stride(3), false});
  return dw;
}

ConvolutionShape winogradShape(const at::Tensor& x, const at::Tensor& w, int64_t padding) {
  return {x.size(0), x.size(1), w.size(0), x.size(2), x.size(3), padding};
}

// A convolution of the other gradient with mirrored kernels whose channels change places.
at::Tensor winogradInputGradient(const at::Tensor& gradOutput, const at::Tensor& x, const at::Tensor& w, int64_t padding) {
  const ConvolutionShape shape{x.size(0), w.size(0), x.size(1), gradOutput.size(2), gradOutput.size(3), 2 - padding};
  at::Tensor dx = emptyChannelsLast(x.sizes(), x);
  panelConvolution(shape, gradOutput.data_ptr<float>(),
                   {w.data_ptr<float>(), w.stride(1), w.stride(0), w.stride(2), w.stride(3), true}, nullptr,
                   dx.data_ptr<float>());
  return dx.contiguous(x.suggest_memory_format());
}

at::Tensor inputGradientByGathering(const GatheredShape& shape, const at::Tensor& gradOutput, const at::Tensor& x,
                                    const at::Tensor& w) {
  at::Tensor dx = emptyChannelsLast(x.sizes(), x);
  gatheredInputGradient(shape, gradOutput.data_ptr<float>(), kernelsOf(w), dx.data_ptr<float>());
  return dx.contiguous(x.suggest_memory_format());
}

// Of a 1×1 convolution: a product of all pixels.
at::Tensor inputGradientByProduct(const at::Tensor& gradOutput, const at::Tensor& x, const at::Tensor& w) {
  const at::Tensor pixels = gradOutput.permute({0, 2, 3, 1}).reshape({-1, w.size(0)});
  return at::mm(pixels, w.reshape({w.size(0), w.size(1)}))
      .view({x.size(0), x.size(2), x.size(3), x.size(1)})
      .permute({0, 3, 1, 2})
      .contiguous(x.suggest_memory_format());
}

at::Tensor convolution(const at::Tensor& x, const at::Tensor& w, const c10::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef outputPadding, int64_t groups) {
  const at::Tensor added = bias.has_value() ? *bias : at::Tensor();
  const Geometry geometry{stride, padding, dilation, transposed, groups};
  if (!added.defined() || (added.scalar_type() == at::kFloat && added.numel() == w.size(0))) {
    if (isWinograd(x, w, geometry)) {
      const at::Tensor y = hasOnednnWinograd()
                               ? onednnConvolution(x, w, added, padding[0])
                               : convolveBy(winogradShape(x, w, padding[0]), x, w, added, panelConvolution);
      if (y.defined()) return y;
    } else if (isGathered(x, w, geometry) && isWorthGathering(x, w, geometry)) {
      return convolveBy(gatheredShape(x, w, geometry), x, w, added, gatheredConvolution);
    }
  }
  return at::native::convolution(x, w, bias, stride, padding, dilation, transposed, outputPadding, groups);
}

// Gradients of input and weights as far as wanted; nothing where libtorch shall compute them.
c10::optional<std::pair<at::Tensor, at::Tensor>> gradientsBy(const at::Tensor& dy, const at::Tensor& x,
                                                              const at::Tensor& w, const Geometry& geometry,
                                                              bool wantsX, bool wantsW) {
  if (!isPlain(dy)) return {};
  if (isWinograd(x, w, geometry)) {
    const int64_t padding = geometry.padding[0];
    if (hasOnednnWinograd()) return onednnGradients(dy, x, w, padding, wantsX, wantsW);
    const at::Tensor gradOutput = channelsLast(dy);
    return std::make_pair(
        wantsX ? winogradInputGradient(gradOutput, x, w, padding) : at::Tensor(),
        wantsW ? kernelGradientBy(winogradShape(x, w, padding), gradOutput, x, w, panelKernelGradient) : at::Tensor());
  }
  if (!isGathered(x, w, geometry) || (wantsX && x.size(1) % kVector != 0)) return {};
  const GatheredShape shape = gatheredShape(x, w, geometry);
  const at::Tensor gradOutput = channelsLast(dy);
  const bool isProduct = w.size(2) * w.size(3) == 1 && shape.stride == 1 && shape.padding == 0;
  at::Tensor dx;
  if (wantsX) dx = isProduct ? inputGradientByProduct(gradOutput, x, w) : inputGradientByGathering(shape, gradOutput, x, w);
  return std::make_pair(dx,
                        wantsW ? kernelGradientBy(shape, gradOutput, x, w, gatheredKernelGradient) : at::Tensor());
}

// Of bfloat16 where a CPU's matrix unit helps, and of few channels nothing. Sizes that do not fit are libtorch's to refuse.
bool isForMatrices(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Geometry& g) {
  const auto isMap = [](const at::Tensor& t) {
    return t.layout() == at::kStrided && t.scalar_type() == at::kBFloat16 && t.dim() == 4 && t.numel() > 0;
  };
  if (!hasMatrixUnit() || g.transposed || g.groups != 1 || !isMap(dy) || !isMap(x) || !isMap(w) || !all(g.dilation, 1) ||
      !all(g.stride, g.stride.front()) || !all(g.padding, g.padding.front()) || w.size(0) % kVector != 0 ||
      w.size(1) % kVector != 0 || w.size(1) != x.size(1)) {
    return false;
  }
  const GatheredShape s = gatheredShape(x, w, g);
  return dy.sizes() == at::IntArrayRef({s.batch, s.out, s.outHeight(), s.outWidth()});
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolutionBackward(
    const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, at::OptionalIntArrayRef biasSizes,
    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef outputPadding, int64_t groups, std::array<bool, 3> wanted) {
  const Geometry geometry{stride, padding, dilation, transposed, groups};
  if (const auto found = gradientsBy(dy, x, w, geometry, wanted[0], wanted[1])) {
    return {found->first, found->second, wanted[2] ? dy.sum({0, 2, 3}) : at::Tensor()};
  }
  at::Tensor dx, dw;
  if (isForMatrices(dy, x, w, geometry)) {
    const Steps steps{stride.front(), padding.front()};
    if (wanted[0]) dx = inputGradientByMatrices(dy, x, w, steps);
    if (wanted[1]) dw = kernelGradientByMatrices(dy, x, w, steps);
  }
  const std::array<bool, 3> left{wanted[0] && !dx.defined(), wanted[1] && !dw.defined(), wanted[2]};
  if (!left[0] && !left[1] && !left[2]) return {dx, dw, at::Tensor()};
  const auto [otherX, otherW, bias] = at::native::convolution_backward(dy, x, w, biasSizes, stride, padding, dilation,
                                                                       transposed, outputPadding, groups, left);
  return {dx.defined() ? dx : otherX, dw.defined() ? dw : otherW, bias};
}

}  // namespace

bool hasWinograd() { return isInstalled && (hasOnednnWinograd() || (hasPanelWinograd() && hasThreads())); }

bool setWinograd(bool on) {
  if (on && !hasWinograd()) throw std::runtime_error("Winograd convolutions need Linux and an x86 CPU with AVX2");
  return std::exchange(isOn, on);
}

void installConvolution() {
  if (onednn::library() == nullptr && !hasPanelWinograd()) return;
  replaceKernels([](torch::Library& library) {
    library.impl("convolution", TORCH_FN(convolution));
    library.impl("convolution_backward", TORCH_FN(convolutionBackward));
  });
  isInstalled = true;
}

}  // namespace radweave
