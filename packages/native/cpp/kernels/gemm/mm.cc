// Matrix products of float32 through oneDNN where libtorch has it, but not MKL: OpenBLAS is slower at the long and narrow
// matrices of transformers' linear layers and, most of all, at their weights' gradients.
#include "mm.h"

#include <ATen/Context.h>
#include <ATen/ops/addmm_cpu_dispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm_cpu_dispatch.h>

#include <stdexcept>

#include "matrices.h"
#include "onednn/onednn.h"
#include "replace.h"
#include "threads.h"

namespace radweave {
namespace {

// Below this the call itself counts.
constexpr int64_t kSmallProduct = int64_t{1} << 18;

bool isSupported(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == at::kFloat && b.scalar_type() == at::kFloat && a.layout() == at::kStrided &&
         b.layout() == at::kStrided && a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0) &&
         a.size(0) * a.size(1) * b.size(1) >= kSmallProduct;
}

// out = a·b + beta·out
void multiply(const at::Tensor& left, const at::Tensor& right, float beta, const at::Tensor& out) {
  const at::Tensor a = readable(left), b = readable(right);
  const Matrix A = matrixOf(a), B = matrixOf(b);
  // oneDNN 2.6.3's product keeps numbers where a handler writes: the heap was destroyed while a profiler ran, and Ctrl-C and the end of
  // a child process are signals too.
  const WithoutSignals quiet;
  const int status = onednn::library()->sgemm(
      A.isTransposed ? 'T' : 'N', B.isTransposed ? 'T' : 'N', a.size(0), b.size(1), a.size(1), 1.0F, A.data, A.stride,
      B.data, B.stride, beta, out.data_ptr<float>(), out.stride(0));
  if (status != 0) throw std::runtime_error("oneDNN's matrix product failed with status " + std::to_string(status));
}

at::Tensor mm(const at::Tensor& a, const at::Tensor& b) {
  if (!isSupported(a, b)) return at::cpu::mm(a, b);
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  multiply(a, b, 0, out);
  return out;
}

at::Tensor addmm(const at::Tensor& added, const at::Tensor& a, const at::Tensor& b, const at::Scalar& beta,
                 const at::Scalar& alpha) {
  const bool isPlain = beta.equal(1) && alpha.equal(1) && added.scalar_type() == at::kFloat && added.dim() == 1;
  if (!isPlain || !isSupported(a, b) || added.size(0) != b.size(1)) return at::cpu::addmm(added, a, b, beta, alpha);
  at::Tensor out = at::empty({a.size(0), b.size(1)}, a.options());
  out.copy_(added.expand({a.size(0), b.size(1)}));
  multiply(a, b, 1, out);
  return out;
}

}  // namespace

void installMm() {
  if (at::hasMKL() || onednn::library() == nullptr) return;
  replaceKernels([](torch::Library& library) {
    library.impl("mm", TORCH_FN(mm));
    library.impl("addmm", TORCH_FN(addmm));
  });
}

}  // namespace radweave
