#include "panels.h"

#if defined(__GNUC__) && defined(__x86_64__)

#include <algorithm>
#include <cstring>

namespace radweave {
namespace {

#define RADWEAVE_INLINE inline __attribute__((always_inline))

// Vectors of 8 and 16 floats.
using Half = float __attribute__((vector_size(32)));
using Whole = float __attribute__((vector_size(64)));

template <typename V>
RADWEAVE_INLINE V load(const float* from) {
  V out;
  std::memcpy(&out, from, sizeof(V));
  return out;
}

template <typename V>
RADWEAVE_INLINE void store(float* to, const V& value) {
  std::memcpy(to, &value, sizeof(V));
}

// Where a factor of step s for row r lies: a[r · Row + s · Step].
template <int Row, int Step>
struct Order {
  static constexpr int row = Row, step = Step;
};
using ByRows = Order<kPanel, 1>;
using Transposed = Order<1, kPanel>;

// `groups` times `steps` rank-one updates of R rows and P panels, which stay in registers.
template <typename V, int R, int P, typename A, bool kAdd>
RADWEAVE_INLINE void multiply(int64_t groups, int64_t steps, const float* a, int64_t aApart, const float* b,
                              int64_t bApart, float* out, int64_t outApart, int64_t outRow) {
  constexpr int kLanes = sizeof(V) / sizeof(float), kParts = kPanel / kLanes, kWide = P * kParts;
  V sums[R][kWide];
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < kWide; ++p) {
      const float* there = out + (p / kParts) * outApart + r * outRow + (p % kParts) * kLanes;
      sums[r][p] = kAdd ? load<V>(there) : V{};
    }
  }
  for (int64_t g = 0; g < groups; ++g, a += aApart) {
    const float* factor = a;
    for (int64_t s = 0; s < steps; ++s, factor += A::step, b += kPanel) {
      V row[kWide];
      for (int p = 0; p < kWide; ++p) row[p] = load<V>(b + (p / kParts) * bApart + (p % kParts) * kLanes);
      for (int r = 0; r < R; ++r) {
        // Minus zero is what compilers leave out; plus zero would be computed, for the sake of -0.
        const V one = factor[r * A::row] - V{};
        for (int p = 0; p < kWide; ++p) sums[r][p] += one * row[p];
      }
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < kWide; ++p) {
      store(out + (p / kParts) * outApart + r * outRow + (p % kParts) * kLanes, sums[r][p]);
    }
  }
}

// Rows of b of which a panel stays in a core's first cache while the rows of a go by.
constexpr int64_t kInnerInCache = 256;

template <typename V, int R, int P, bool kAdd>
RADWEAVE_INLINE void productRows(const PanelProduct& s, int64_t n, int64_t r, int64_t first, int64_t inner) {
  multiply<V, R, P, ByRows, kAdd>(inner / kPanel, kPanel, s.a + first / kPanel * s.aApart + r * kPanel, s.aApart,
                                  s.b + n * s.bApart + first * kPanel, s.bApart, s.out + n * s.outApart + r * s.outRow,
                                  s.outApart, s.outRow);
}

template <typename V, int R, int P, bool kAdd>
RADWEAVE_INLINE void productPart(const PanelProduct& s, int64_t n, int64_t first, int64_t inner) {
  int64_t r = 0;
  for (; r + R <= s.rows; r += R) productRows<V, R, P, kAdd>(s, n, r, first, inner);
  for (; r < s.rows; ++r) productRows<V, 1, P, kAdd>(s, n, r, first, inner);
}

template <typename V, int R, int P>
RADWEAVE_INLINE void productOf(const PanelProduct& s, int64_t n) {
  productPart<V, R, P, false>(s, n, 0, std::min(kInnerInCache, s.inner));
  for (int64_t first = kInnerInCache; first < s.inner; first += kInnerInCache) {
    productPart<V, R, P, true>(s, n, first, std::min(kInnerInCache, s.inner - first));
  }
}

// Rows of which a panel of each factor stays in a core's first cache.
constexpr int64_t kRowsInCache = 160;

// out[R of 16] += transposed panel of a · P panels of b.
template <typename V, int R, int P>
RADWEAVE_INLINE void addRows(int64_t rows, const float* a, const float* b, int64_t bApart, float* out,
                             const PanelProduct& s) {
  multiply<V, R, P, Transposed, true>(1, rows, a, 0, b, bApart, out, s.outApart, s.outRow);
}

// R rows of each panel of a, then what is left of its 16.
template <typename V, int R, int P>
RADWEAVE_INLINE void addTransposedOf(const PanelProduct& s, int64_t n) {
  constexpr int kLeft = kPanel % R;
  for (int64_t first = 0; first < s.rows; first += kRowsInCache) {
    const int64_t rows = std::min(kRowsInCache, s.rows - first);
    const float* b = s.b + n * s.bApart + first * kPanel;
    for (int64_t k = 0; k < s.inner; k += kPanel) {
      const float* a = s.a + k / kPanel * s.aApart + first * kPanel;
      float* out = s.out + n * s.outApart + k * s.outRow;
      for (int r = 0; r + R <= kPanel; r += R) addRows<V, R, P>(rows, a + r, b, s.bApart, out + r * s.outRow, s);
      if constexpr (kLeft > 0) {
        constexpr int r = kPanel - kLeft;
        addRows<V, kLeft, P>(rows, a + r, b, s.bApart, out + r * s.outRow, s);
      }
    }
  }
}

// Twelve sums of 8 floats, of the 16 vector registers.
__attribute__((target("avx2,fma"))) void product256(const PanelProduct& s) {
  for (int64_t n = 0; n < s.columns / kPanel; ++n) productOf<Half, 6, 1>(s, n);
}

__attribute__((target("avx2,fma"))) void addTransposed256(const PanelProduct& s) {
  for (int64_t n = 0; n < s.columns / kPanel; ++n) addTransposedOf<Half, 6, 1>(s, n);
}

// Up to 24 sums of 16 floats, of 32 registers.
__attribute__((target("avx512f"))) void product512(const PanelProduct& s) {
  const int64_t panels = s.columns / kPanel;
  for (int64_t n = 0; n + 2 <= panels; n += 2) productOf<Whole, 12, 2>(s, n);
  if (panels % 2 != 0) productOf<Whole, 12, 1>(s, panels - 1);
}

__attribute__((target("avx512f"))) void addTransposed512(const PanelProduct& s) {
  const int64_t panels = s.columns / kPanel;
  for (int64_t n = 0; n + 2 <= panels; n += 2) addTransposedOf<Whole, 8, 2>(s, n);
  if (panels % 2 != 0) addTransposedOf<Whole, 8, 1>(s, panels - 1);
}

}  // namespace

const PanelKernels* panelKernels() {
  static const PanelKernels of256 = {product256, addTransposed256}, of512 = {product512, addTransposed512};
  static const PanelKernels* chosen = __builtin_cpu_supports("avx512f")                                   ? &of512
                                      : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &of256
                                                                                                          : nullptr;
  return chosen;
}

bool gathersFaster() { return panelKernels() != nullptr && !__builtin_cpu_supports("avx512f"); }

}  // namespace radweave

#else

namespace radweave {

const PanelKernels* panelKernels() { return nullptr; }
bool gathersFaster() { return false; }

}  // namespace radweave

#endif
