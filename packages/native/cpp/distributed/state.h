// What one JS environment holds of other processes: groups and what reduces gradients in them, by integer handles.
#pragma once

#include <memory>

#include "../binding/exchange.h"
#include "../binding/handles.h"
#include "../binding/napi_util.h"

namespace radweave::distributed {

struct Group;
struct Gradients;

struct State {
  explicit State(uint32_t number) : groups("process group", number), gradients("gradient reducer", number) {}
  HandleTable<std::shared_ptr<Group>> groups;
  HandleTable<std::shared_ptr<Gradients>> gradients;
};

inline State& state(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<State*>(data);
}

std::vector<at::Tensor> tensorsOf(napi_env env, napi_value array);

void registerGroups(napi_env env, napi_value exports);
void registerGradients(napi_env env, napi_value exports);

template <napi_value (*Fn)(Args&)>
void exportFunction(napi_env env, napi_value exports, const char* name) {
  napi_value fn;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Fn>, nullptr, &fn));
  check(env, napi_set_named_property(env, exports, name, fn));
}

}  // namespace radweave::distributed
