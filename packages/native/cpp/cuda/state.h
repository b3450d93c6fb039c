// What one JS environment holds of CUDA: recorded graphs and events, by integer handles. Apart from the engine's
// Environment, so that the engine needs nothing of CUDA.
#pragma once

#include <ATen/cuda/CUDAGraph.h>
#include <cuda_runtime_api.h>

#include <memory>

#include "../binding/handles.h"
#include "../binding/napi_util.h"

namespace radweave::cuda {

// A graph, where it was recorded, and the private pool its memory comes from.
struct Recording {
  std::unique_ptr<at::cuda::CUDAGraph> graph;
  c10::DeviceIndex device = 0;
  decltype(at::cuda::graph_pool_handle()) pool;  // named differently by versions of libtorch
  // The generator's state before recording: an attempt that fails must not have drawn anything.
  at::Tensor random;
};

struct Event {
  std::shared_ptr<CUevent_st> event;
};

struct State {
  explicit State(uint32_t number) : recordings("CUDA graph", number), events("CUDA event", number) {}
  HandleTable<Recording> recordings;
  HandleTable<Event> events;
};

inline State& state(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<State*>(data);
}

c10::DeviceIndex deviceIndex(napi_env env, napi_value v);

// A mark after all that this thread has launched on its stream of a device, which must be the current one.
std::shared_ptr<CUevent_st> mark(c10::DeviceIndex device);

void registerGraphs(napi_env env, napi_value exports);
void registerNccl(napi_env env, napi_value exports);
void registerProfile(napi_env env, napi_value exports);
void registerStreams(napi_env env, napi_value exports);
void registerDevices(napi_env env, napi_value exports);

template <napi_value (*Fn)(Args&)>
void exportFunction(napi_env env, napi_value exports, const char* name) {
  napi_value fn;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Fn>, nullptr, &fn));
  check(env, napi_set_named_property(env, exports, name, fn));
}

}  // namespace radweave::cuda
