#include "matrix_gradients.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>

#include "threads.h"

#if defined(__GNUC__) && defined(__x86_64__)
#include <cpuid.h>
#endif

namespace radweave {
namespace {

// Bytes of gathered columns that are worth a thread's turn.
constexpr int64_t kBytesPerTurn = 65536;

bool isPointwise(const at::Tensor& w, const Steps& steps) {
  return w.size(2) == 1 && w.size(3) == 1 && steps.padding == 0;
}

// [N·H·W, C] of a map [N, C, H, W].
at::Tensor pixels(const at::Tensor& map) { return map.permute({0, 2, 3, 1}).reshape({-1, map.size(1)}); }

// The pixels of x that a convolution with a stride looks at, without padding.
at::Tensor seen(const at::Tensor& x, int64_t stride) {
  return stride == 1 ? x : x.slice(2, 0, c10::nullopt, stride).slice(3, 0, c10::nullopt, stride);
}

// For each pixel of dy the pixels of x below the kernel: [N·H'·W', height of the kernel · width · C].
at::Tensor columnsOf(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Steps& steps) {
  const at::Tensor image = x.contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t channels = x.size(1), height = x.size(2), width = x.size(3);
  const int64_t outHeight = dy.size(2), outWidth = dy.size(3), down = w.size(2), across = w.size(3);
  const int64_t rows = dy.size(0) * outHeight * outWidth, run = across * channels, row = down * run;
  at::Tensor columns = at::empty({rows, row}, x.options().memory_format(at::MemoryFormat::Contiguous));
  const auto* const from = static_cast<const at::BFloat16*>(image.data_ptr());
  auto* const to = static_cast<at::BFloat16*>(columns.data_ptr());
  constexpr int64_t kSize = sizeof(at::BFloat16);
  parallelFor(rows, std::max<int64_t>(1, kBytesPerTurn / (row * kSize)), [&](int64_t first, int64_t end) {
    for (int64_t r = first; r < end; ++r) {
      const int64_t top = r / outWidth % outHeight * steps.stride - steps.padding;
      const int64_t left = r % outWidth * steps.stride - steps.padding;
      const int64_t begin = std::clamp<int64_t>(-left, 0, across), stop = std::clamp(width - left, begin, across);
      for (int64_t i = 0; i < down; ++i) {
        at::BFloat16* const out = to + r * row + i * run;
        const int64_t y = top + i;
        if (y < 0 || y >= height) {
          std::memset(out, 0, run * kSize);
          continue;
        }
        std::memset(out, 0, begin * channels * kSize);
        std::memcpy(out + begin * channels,
                    from + ((r / (outHeight * outWidth) * height + y) * width + left + begin) * channels,
                    (stop - begin) * channels * kSize);
        std::memset(out + stop * channels, 0, (across - stop) * channels * kSize);
      }
    }
  });
  return columns;
}

// Measured on a Sapphire Rapids with both versions of oneDNN: where each weight is used by many pixels, its own kernels are faster.
bool isWorthGathering(const at::Tensor& dy, const at::Tensor& w, const Steps& steps) {
  const int64_t rows = dy.size(0) * dy.size(2) * dy.size(3), columns = w.size(1) * w.size(2) * w.size(3);
  return steps.stride > 1 ? rows < 4 * columns : 2 * rows < columns;
}

}  // namespace

bool hasMatrixUnit() {
#if defined(__GNUC__) && defined(__x86_64__)
  static const bool has = [] {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    constexpr unsigned kOsxsave = 1U << 27, kBFloat16Tiles = 1U << 22, kTileState = 3U << 17;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kOsxsave) == 0) return false;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (edx & kBFloat16Tiles) == 0) return false;
    __asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (eax & kTileState) == kTileState;
  }();
  return has;
#else
  return false;
#endif
}

at::Tensor kernelGradientByMatrices(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Steps& steps) {
  const bool isProduct = isPointwise(w, steps);
  if (!isProduct && !isWorthGathering(dy, w, steps)) return {};
  const at::Tensor columns = isProduct ? pixels(seen(x, steps.stride)) : columnsOf(dy, x, w, steps);
  return at::mm(pixels(dy).t(), columns)
      .view({w.size(0), w.size(2), w.size(3), w.size(1)})
      .permute({0, 3, 1, 2})
      .contiguous(w.suggest_memory_format());
}

at::Tensor inputGradientByMatrices(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& w, const Steps& steps) {
  if (!isPointwise(w, steps)) return {};
  const at::Tensor found = at::mm(pixels(dy), w.reshape({w.size(0), w.size(1)}))
                               .view({dy.size(0), dy.size(2), dy.size(3), x.size(1)})
                               .permute({0, 3, 1, 2});
  if (steps.stride == 1) return found.contiguous(x.suggest_memory_format());
  at::Tensor dx = at::zeros(x.sizes(), x.options().memory_format(at::MemoryFormat::ChannelsLast));
  seen(dx, steps.stride).copy_(found);
  return dx.contiguous(x.suggest_memory_format());
}

}  // namespace radweave
