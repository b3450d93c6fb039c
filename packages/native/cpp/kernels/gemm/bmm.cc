// Batched matrix products without MKL. libtorch then multiplies matrix by matrix through the dispatcher, each with
// all threads: the 49×32 matrices of window attention took a third of Swin's forward pass. Here each thread takes matrices
// of its own and calls BLAS directly. Gradients need nothing: the derivative of bmm is made of bmm.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/bmm_cpu_dispatch.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <climits>

#ifdef __linux__
#include <dlfcn.h>
#endif

#include "bmm.h"
#include "matrices.h"
#include "replace.h"
#include "threads.h"

namespace radweave {
namespace {

using Sgemm = void (*)(const char* transA, const char* transB, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                       const float* beta, float* c, const int* ldc);
Sgemm sgemm = nullptr;

// A row-major matrix of a batch, or its transpose, as BLAS wants it.
struct Operand {
  const float* data;
  int64_t matrixStride;  // from one matrix to the next
  int ld;                // BLAS's leading dimension
  char transposed;       // seen by a column-major BLAS
};

// Above this a matrix is worth all threads.
constexpr int64_t kBigProduct = int64_t{1} << 24;

Operand operand(const at::Tensor& t) {
  const Matrix first = matrixOf(t);
  return {first.data, t.stride(0), static_cast<int>(first.stride), first.isTransposed ? 'T' : 'N'};
}

struct Products {
  Operand a, b;
  float* out;
  int M, N, K;

  void compute(int64_t from, int64_t to) const {
    const float one = 1, zero = 0;
    for (int64_t i = from; i < to; i++) {
      // Column-major BLAS computes the transpose: outᵀ = bᵀ·aᵀ.
      sgemm(&b.transposed, &a.transposed, &N, &M, &K, &one, b.data + i * b.matrixStride, &b.ld,
            a.data + i * a.matrixStride, &a.ld, &zero, out + i * M * N, &N);
    }
  }
};

bool isSupported(const at::Tensor& a, const at::Tensor& b) {
  if (a.scalar_type() != at::kFloat || b.scalar_type() != at::kFloat || a.dim() != 3 || b.dim() != 3) return false;
  if (a.size(0) != b.size(0) || a.size(2) != b.size(1)) return false;
  const int64_t M = a.size(1), N = b.size(2), K = a.size(2);
  return a.size(0) > 1 && M > 0 && N > 0 && K > 0 && M <= INT_MAX && N <= INT_MAX && K <= INT_MAX &&
         M * N * K < kBigProduct;
}

at::Tensor bmm(const at::Tensor& a, const at::Tensor& b) {
  if (!isSupported(a, b)) return at::cpu::bmm(a, b);
  const at::Tensor left = readable(a), right = readable(b);
  at::Tensor out = at::empty({a.size(0), a.size(1), b.size(2)}, a.options());
  const Products products{operand(left),
                          operand(right),
                          out.data_ptr<float>(),
                          static_cast<int>(a.size(1)),
                          static_cast<int>(b.size(2)),
                          static_cast<int>(a.size(2))};
  const int64_t count = a.size(0);
  const int64_t chunk = std::max<int64_t>(1, count / (8 * at::get_num_threads()));
  parallelFor(count, chunk, [&](int64_t from, int64_t to) { products.compute(from, to); });
  return out;
}

}  // namespace

void installBmm() {
#ifdef __linux__
  if (at::hasMKL()) return;
  sgemm = reinterpret_cast<Sgemm>(dlsym(RTLD_DEFAULT, "sgemm_"));
  if (sgemm == nullptr || !hasThreads()) return;
  replaceKernels([](torch::Library& library) { library.impl("bmm", TORCH_FN(bmm)); });
#endif
}

}  // namespace radweave
