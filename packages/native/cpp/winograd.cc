// 3×3 convolutions of stride 1 with Winograd's minimal filtering F(4×4, 3×3): a quarter of the multiplications (Lavin & Gray
// 2016, https://arxiv.org/abs/1509.09308). libtorch never does this on a CPU, cuDNN may on GPUs. Rounding errors are up to
// four times those of the direct sum, near 3e-6 of the largest.
// Only where switched on, float32, and channels that fill the vectors; all else stays with libtorch, autograd does too.
#include "winograd.h"

#include <ATen/ops/convolution_backward_native.h>
#include <ATen/ops/convolution_native.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "onednn.h"
#include "onednn_winograd.h"
#include "panel_winograd.h"
#include "silent.h"
#include "threads.h"

namespace radweave {
namespace {

thread_local bool isOn = false;

// Channels that are computed together, in oneDNN's kernels and in ours.
constexpr int64_t kVector = 16;
// Transforming the weights pays from this many tiles of 4×4 results on.
constexpr int64_t kFewestTiles = 64;

bool all(at::IntArrayRef values, int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](int64_t value) { return value == wanted; });
}

bool isPlain(const at::Tensor& t) {
  return t.layout() == at::kStrided && t.scalar_type() == at::kFloat && t.dim() == 4 && t.numel() > 0;
}

int64_t tiles(const at::Tensor& x) { return x.size(0) * ((x.size(2) + 3) / 4) * ((x.size(3) + 3) / 4); }

bool isOurs(const at::Tensor& x, const at::Tensor& w, at::IntArrayRef stride, at::IntArrayRef padding,
            at::IntArrayRef dilation, bool transposed, int64_t groups) {
  return isOn && !transposed && groups == 1 && isPlain(x) && isPlain(w) && w.size(2) == 3 && w.size(3) == 3 &&
         all(stride, 1) && all(dilation, 1) && (all(padding, 0) || all(padding, 1)) && x.size(1) == w.size(1) &&
         x.size(1) % kVector == 0 && w.size(0) % kVector == 0 && x.size(2) >= 3 && x.size(3) >= 3 &&
         tiles(x) >= kFewestTiles;
}

at::Tensor channelsLast(const at::Tensor& t) { return t.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor emptyChannelsLast(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().memory_format(at::MemoryFormat::ChannelsLast));
}

at::Tensor ownConvolution(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias, int64_t padding) {
  const ConvolutionShape shape{x.size(0), x.size(1), w.size(0), x.size(2), x.size(3), padding};
  const at::Tensor image = channelsLast(x), added = bias.defined() ? bias.contiguous() : bias;
  at::Tensor y = emptyChannelsLast({shape.batch, shape.out, shape.outHeight(), shape.outWidth()}, x);
  panelConvolution(shape, image.data_ptr<float>(),
                   {w.data_ptr<float>(), w.stride(0), w.stride(1), w.stride(2), w.stride(3), false},
                   added.defined() ? added.data_ptr<float>() : nullptr, y.data_ptr<float>());
  return y.contiguous(x.suggest_memory_format());
}

// A convolution of the other gradient with mirrored kernels whose channels change places.
at::Tensor ownInputGradient(const at::Tensor& given, const at::Tensor& x, const at::Tensor& w, int64_t padding) {
  const ConvolutionShape shape{x.size(0), w.size(0), x.size(1), given.size(2), given.size(3), 2 - padding};
  at::Tensor dx = emptyChannelsLast(x.sizes(), x);
  panelConvolution(shape, given.data_ptr<float>(),
                   {w.data_ptr<float>(), w.stride(1), w.stride(0), w.stride(2), w.stride(3), true}, nullptr,
                   dx.data_ptr<float>());
  return dx.contiguous(x.suggest_memory_format());
}

at::Tensor ownKernelGradient(const at::Tensor& given, const at::Tensor& x, const at::Tensor& w, int64_t padding) {
  const ConvolutionShape shape{x.size(0), x.size(1), w.size(0), x.size(2), x.size(3), padding};
  const at::Tensor image = channelsLast(x);
  at::Tensor dw = at::empty(w.sizes(), w.options().memory_format(w.suggest_memory_format()));
  panelKernelGradient(shape, image.data_ptr<float>(), given.data_ptr<float>(),
                      {dw.data_ptr<float>(), dw.stride(0), dw.stride(1), dw.stride(2), dw.stride(3), false});
  return dw;
}

at::Tensor convolution(const at::Tensor& x, const at::Tensor& w, const c10::optional<at::Tensor>& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                       at::IntArrayRef outputPadding, int64_t groups) {
  const at::Tensor added = bias.has_value() ? *bias : at::Tensor();
  if (isOurs(x, w, stride, padding, dilation, transposed, groups) &&
      (!added.defined() || (added.scalar_type() == at::kFloat && added.numel() == w.size(0)))) {
    if (!hasOnednnWinograd()) return ownConvolution(x, w, added, padding[0]);
    if (const at::Tensor y = onednnConvolution(x, w, added, padding[0]); y.defined()) return y;
  }
  return at::native::convolution(x, w, bias, stride, padding, dilation, transposed, outputPadding, groups);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolutionBackward(
    const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, at::OptionalIntArrayRef biasSizes,
    at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
    at::IntArrayRef outputPadding, int64_t groups, std::array<bool, 3> wanted) {
  if (isOurs(x, w, stride, padding, dilation, transposed, groups) && isPlain(dy)) {
    const auto db = [&] { return wanted[2] ? dy.sum({0, 2, 3}) : at::Tensor(); };
    if (!hasOnednnWinograd()) {
      const at::Tensor given = channelsLast(dy);
      return {wanted[0] ? ownInputGradient(given, x, w, padding[0]) : at::Tensor(),
              wanted[1] ? ownKernelGradient(given, x, w, padding[0]) : at::Tensor(), db()};
    }
    const OnednnGradients found = onednnGradients(dy, x, w, padding[0], wanted[0], wanted[1]);
    if (found.isThere) return {found.x, found.w, db()};
  }
  return at::native::convolution_backward(dy, x, w, biasSizes, stride, padding, dilation, transposed, outputPadding,
                                          groups, wanted);
}

}  // namespace

bool hasWinograd() { return hasOnednnWinograd() || (hasPanelWinograd() && hasThreads()); }

bool setWinograd(bool on) {
  if (on && !hasWinograd()) throw std::runtime_error("Winograd convolutions need Linux and an x86 CPU with AVX2");
  return std::exchange(isOn, on);
}

void installWinograd() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (onednn::library() == nullptr && !hasPanelWinograd()) return;
    silently([] {
      static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
      library.impl("convolution", TORCH_FN(convolution));
      library.impl("convolution_backward", TORCH_FN(convolutionBackward));
    });
  });
}

}  // namespace radweave
