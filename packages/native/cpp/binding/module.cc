// Entry point of the addon. Context-aware: every JS environment gets its own Environment.
#include <atomic>

#include "environment.h"

#ifdef _WIN32
#include <windows.h>

// What the linker's nodelete is elsewhere, see CMakeLists.txt: this library stays mapped when a worker that loaded it ends.
static void keepMapped() {
  HMODULE self;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCWSTR>(&keepMapped), &self);
}
#endif

NAPI_MODULE_INIT() {
  using namespace radweave;
#ifdef _WIN32
  keepMapped();
#endif
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
