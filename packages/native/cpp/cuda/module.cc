// Entry point of the addon for CUDA: what needs CUDA's own interface. Loaded only where there is a device; the engine works
// without it.
#include <atomic>

#include "state.h"

NAPI_MODULE_INIT() {
  using namespace radweave;
  try {
    static std::atomic<uint32_t> environments{0};
    check(env, napi_set_instance_data(
                   env, new cuda::State(++environments * 10007),
                   [](napi_env, void* data, void*) { delete static_cast<cuda::State*>(data); }, nullptr));
    cuda::registerGraphs(env, exports);
    cuda::registerStreams(env, exports);
    cuda::registerDevices(env, exports);
    cuda::registerProfile(env, exports);
    cuda::registerNccl(env, exports);
  } catch (...) {
    rethrowAsJs(env);
  }
  return exports;
}
