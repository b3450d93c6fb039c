#include "gemm/panels.h"

#include "testing/numbers.h"
#include "testing/test.h"

using namespace radweave;
using testing::randomFloats;
using testing::relativeError;

namespace {

// [columns / 16][rows][16]
float at(const std::vector<float>& panels, int64_t rows, int64_t row, int64_t column) {
  return panels[static_cast<size_t>((column / kPanel * rows + row) * kPanel + column % kPanel)];
}

// Bodies run with the kernels for vectors of 8 floats, and of 16 where the CPU has them.
template <typename Body>
void forEachWidth(const Body& body) {
  for (const int floats : {8, 16}) {
    limitPanelKernels(floats);
    EXPECT(panelKernels() != nullptr);
    EXPECT(floats > 8 || gathersFaster());
    body();
  }
}

constexpr int64_t kSizes[][3] = {{1, 16, 16}, {5, 16, 32}, {6, 48, 16}, {13, 32, 48}, {97, 48, 272}, {24, 64, 528}};

}  // namespace

TEST("plain", "panel products are those of float64 up to rounding, into panels and into rows") {
  forEachWidth([] {
    for (const auto& [M, N, K] : kSizes) {
      const auto a = randomFloats(M * K, 1), b = randomFloats(K * N, 2);
      std::vector<double> exact;
      for (int64_t m = 0; m < M; ++m) {
        for (int64_t n = 0; n < N; ++n) {
          double sum = 0;
          for (int64_t k = 0; k < K; ++k) sum += static_cast<double>(at(a, M, m, k)) * at(b, K, k, n);
          exact.push_back(sum);
        }
      }
      auto rows = randomFloats(M * N, 3), panels = rows;
      panelKernels()->product({M, N, K, a.data(), M * kPanel, b.data(), K * kPanel, rows.data(), kPanel, N});
      EXPECT_BELOW(relativeError(rows, exact), 1e-5);
      panelKernels()->product({M, N, K, a.data(), M * kPanel, b.data(), K * kPanel, panels.data(), M * kPanel});
      for (int64_t m = 0; m < M; ++m) {
        for (int64_t n = 0; n < N; ++n) EXPECT_EQUAL(at(panels, M, m, n), rows[static_cast<size_t>(m * N + n)]);
      }
    }
  });
}

TEST("plain", "transposed panel products are added to what is there") {
  forEachWidth([] {
    for (const auto& [K, M, N] : kSizes) {
      const auto a = randomFloats(K * M, 4), b = randomFloats(K * N, 5), before = randomFloats(M * N, 6);
      auto c = before;
      panelKernels()->addTransposed({M, N, K, a.data(), K * kPanel, b.data(), K * kPanel, c.data(), M * kPanel});
      std::vector<double> exact(c.size());
      for (int64_t m = 0; m < M; ++m) {
        for (int64_t n = 0; n < N; ++n) {
          double sum = at(before, M, m, n);
          for (int64_t k = 0; k < K; ++k) sum += static_cast<double>(at(a, K, k, m)) * at(b, K, k, n);
          exact[static_cast<size_t>((n / kPanel * M + m) * kPanel + n % kPanel)] = sum;
        }
      }
      EXPECT_BELOW(relativeError(c, exact), 1e-5);
    }
  });
}
