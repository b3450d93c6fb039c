#include "kernels.h"

#include <mutex>

#include "convolution/convolution.h"
#include "gemm/bmm.h"
#include "gemm/mm.h"
#include "memory/allocator.h"
#include "norm/batch_norm.h"

namespace radweave {

void installKernels(bool replacesLibtorch) {
  static std::once_flag once;
  std::call_once(once, [=] {
    installAllocator();
    installBatchNormRelu(replacesLibtorch);
    if (!replacesLibtorch) return;
    installMm();
    installBmm();
    installConvolution();
  });
}

}  // namespace radweave
