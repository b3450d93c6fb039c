// Entry point of the addon for several processes that train one network: what needs c10d, which not every libtorch has.
// Loaded only when it is asked for; the engine works without it.
#include <atomic>

#include "state.h"

NAPI_MODULE_INIT() {
  using namespace radweave;
  try {
    static std::atomic<uint32_t> environments{0};
    check(env, napi_set_instance_data(
                   env, new distributed::State(++environments * 10007),
                   [](napi_env, void* data, void*) { delete static_cast<distributed::State*>(data); }, nullptr));
    distributed::registerGroups(env, exports);
    distributed::registerGradients(env, exports);
  } catch (...) {
    rethrowAsJs(env);
  }
  return exports;
}
