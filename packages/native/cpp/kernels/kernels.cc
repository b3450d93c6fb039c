#include "kernels.h"

#include "convolution/convolution.h"
#include "gemm/bmm.h"
#include "gemm/mm.h"
#include "memory/allocator.h"
#include "norm/batch_norm.h"

namespace radweave {

void installKernels(bool replacesLibtorch) {
  // std::call_once would need glibc 2.34 where it is built with one.
  [[maybe_unused]] static const bool once = [=] {
    installAllocator();
    installBatchNormRelu(replacesLibtorch);
    if (!replacesLibtorch) return true;
    installMm();
    installBmm();
    installConvolution();
    return true;
  }();
}

}  // namespace radweave
