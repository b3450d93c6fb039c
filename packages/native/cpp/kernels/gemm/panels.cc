#include "panels.h"

#if defined(__GNUC__) && defined(__x86_64__)

#include <algorithm>

#include "vectors.h"

namespace radweave {
namespace {

// Where a factor of step s for row r lies: a[r · Row + s · Step].
template <int Row, int Step>
struct Order {
  static constexpr int row = Row, step = Step;
};
using ByRows = Order<kPanel, 1>;
using Transposed = Order<1, kPanel>;

// `groups` times `steps` rank-one updates of R rows and P panels, which stay in registers.
template <typename V, int R, int P, typename A, bool kAdd>
RADWEAVE_INLINE void multiply(int64_t groups, int64_t steps, const float* a, int64_t aStride, const float* b,
                              int64_t bStride, float* c, int64_t cStride, int64_t cRowStride) {
  constexpr int kLanes = sizeof(V) / sizeof(float), kParts = kPanel / kLanes, kWide = P * kParts;
  V sums[R][kWide];
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < kWide; ++p) {
      const float* there = c + (p / kParts) * cStride + r * cRowStride + (p % kParts) * kLanes;
      sums[r][p] = kAdd ? load<V>(there) : V{};
    }
  }
  for (int64_t g = 0; g < groups; ++g, a += aStride) {
    const float* factor = a;
    for (int64_t s = 0; s < steps; ++s, factor += A::step, b += kPanel) {
      V row[kWide];
      for (int p = 0; p < kWide; ++p) row[p] = load<V>(b + (p / kParts) * bStride + (p % kParts) * kLanes);
      for (int r = 0; r < R; ++r) {
        // Minus zero is what compilers leave out; plus zero would be computed, for the sake of -0.
        const V one = factor[r * A::row] - V{};
        for (int p = 0; p < kWide; ++p) sums[r][p] += one * row[p];
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < kWide; ++p) {
      store(c + (p / kParts) * cStride + r * cRowStride + (p % kParts) * kLanes, sums[r][p]);
    }
  }
}

// Rows of b of which a panel stays in a core's first cache while the rows of a go by.
constexpr int64_t kDepthInCache = 256;

template <typename V, int R, int P, bool kAdd>
RADWEAVE_INLINE void productRows(const PanelProduct& s, int64_t n, int64_t m, int64_t first, int64_t depth) {
  multiply<V, R, P, ByRows, kAdd>(depth / kPanel, kPanel, s.a + first / kPanel * s.aStride + m * kPanel, s.aStride,
                                  s.b + n * s.bStride + first * kPanel, s.bStride, s.c + n * s.cStride + m * s.cRowStride,
                                  s.cStride, s.cRowStride);
}

template <typename V, int R, int P, bool kAdd>
RADWEAVE_INLINE void productPart(const PanelProduct& s, int64_t n, int64_t first, int64_t depth) {
  int64_t m = 0;
  for (; m + R <= s.M; m += R) productRows<V, R, P, kAdd>(s, n, m, first, depth);
  for (; m < s.M; ++m) productRows<V, 1, P, kAdd>(s, n, m, first, depth);
}

template <typename V, int R, int P>
RADWEAVE_INLINE void productOf(const PanelProduct& s, int64_t n) {
  productPart<V, R, P, false>(s, n, 0, std::min(kDepthInCache, s.K));
  for (int64_t first = kDepthInCache; first < s.K; first += kDepthInCache) {
    productPart<V, R, P, true>(s, n, first, std::min(kDepthInCache, s.K - first));
  }
}

// Rows of which a panel of each factor stays in a core's first cache.
constexpr int64_t kRowsInCache = 160;

// c[R of 16] += transposed panel of a · P panels of b.
template <typename V, int R, int P>
RADWEAVE_INLINE void addRows(int64_t rows, const float* a, const float* b, int64_t bStride, float* c,
                             const PanelProduct& s) {
  multiply<V, R, P, Transposed, true>(1, rows, a, 0, b, bStride, c, s.cStride, s.cRowStride);
}

// R rows of each panel of a, then what is left of its 16.
template <typename V, int R, int P>
RADWEAVE_INLINE void addTransposedOf(const PanelProduct& s, int64_t n) {
  constexpr int kLeft = kPanel % R;
  for (int64_t first = 0; first < s.K; first += kRowsInCache) {
    const int64_t rows = std::min(kRowsInCache, s.K - first);
    const float* b = s.b + n * s.bStride + first * kPanel;
    for (int64_t m = 0; m < s.M; m += kPanel) {
      const float* a = s.a + m / kPanel * s.aStride + first * kPanel;
      float* c = s.c + n * s.cStride + m * s.cRowStride;
      for (int r = 0; r + R <= kPanel; r += R) addRows<V, R, P>(rows, a + r, b, s.bStride, c + r * s.cRowStride, s);
      if constexpr (kLeft > 0) {
        constexpr int r = kPanel - kLeft;
        addRows<V, kLeft, P>(rows, a + r, b, s.bStride, c + r * s.cRowStride, s);
      }
    }
  }
}

// Twelve sums of 8 floats, of the 16 vector registers.
__attribute__((target("avx2,fma"))) void product256(const PanelProduct& s) {
  for (int64_t n = 0; n < s.N / kPanel; ++n) productOf<Vector8, 6, 1>(s, n);
}

__attribute__((target("avx2,fma"))) void addTransposed256(const PanelProduct& s) {
  for (int64_t n = 0; n < s.N / kPanel; ++n) addTransposedOf<Vector8, 6, 1>(s, n);
}

// Up to 24 sums of 16 floats, of 32 registers.
__attribute__((target("avx512f"))) void product512(const PanelProduct& s) {
  const int64_t panels = s.N / kPanel;
  for (int64_t n = 0; n + 2 <= panels; n += 2) productOf<Vector16, 12, 2>(s, n);
  if (panels % 2 != 0) productOf<Vector16, 12, 1>(s, panels - 1);
}

__attribute__((target("avx512f"))) void addTransposed512(const PanelProduct& s) {
  const int64_t panels = s.N / kPanel;
  for (int64_t n = 0; n + 2 <= panels; n += 2) addTransposedOf<Vector16, 8, 2>(s, n);
  if (panels % 2 != 0) addTransposedOf<Vector16, 8, 1>(s, panels - 1);
}

constexpr PanelKernels kernels256 = {product256, addTransposed256}, kernels512 = {product512, addTransposed512};

const PanelKernels* choose(int floats) {
  if (floats >= 16 && __builtin_cpu_supports("avx512f")) return &kernels512;
  return floats >= 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernels256 : nullptr;
}

const PanelKernels*& chosen() {
  static const PanelKernels* kernels = choose(16);
  return kernels;
}

}  // namespace

const PanelKernels* panelKernels() { return chosen(); }
void limitPanelKernels(int floats) { chosen() = choose(floats); }
bool gathersFaster() { return panelKernels() == &kernels256; }

}  // namespace radweave

#else

namespace radweave {

const PanelKernels* panelKernels() { return nullptr; }
void limitPanelKernels(int) {}
bool gathersFaster() { return false; }

}  // namespace radweave

#endif
