// Entry point of the addon. Context-aware: every JS environment gets its own Environment.
#include <atomic>

#include "kernels/memory/allocator.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/gemm/bmm.h"
#include "environment.h"
#include "kernels/gemm/mm.h"
#include "kernels/convolution/convolution.h"

NAPI_MODULE_INIT() {
  using namespace radweave;
  try {
    installAllocator();
    installBatchNormRelu();
    installBmm();
    installMm();
    installWinograd();
    static std::atomic<uint32_t> environments{0};
    // float32 means float32 unless TF32 is asked for.
    if (environments == 0) allowTf32(false);
    auto* state = new Environment(env, ++environments);
    check(env, napi_set_instance_data(
                   env, state, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); },
                   nullptr));
    registerDispatch(env, exports);
    registerTensors(env, exports);
    registerAutograd(env, exports);
    registerProfile(env, exports);
    registerRuntime(env, exports);
  } catch (...) {
    rethrowAsJs(env);
  }
  return exports;
}
