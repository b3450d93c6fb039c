// Entry point of the addon. Context-aware: every JS environment gets its own Environment.
#include <atomic>

#include "environment.h"

NAPI_MODULE_INIT() {
  using namespace radweave;
  try {
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
