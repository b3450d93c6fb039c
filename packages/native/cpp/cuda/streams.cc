// The order in which this thread's work runs on a device, and marks in it.
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "state.h"

namespace radweave::cuda {
namespace {

// useStream(device, own): this thread's work goes to a stream of its own, which can be recorded, or back to the default one.
// It waits for what the stream before had to do, so that their order stays.
napi_value useStream(Args& args) {
  const c10::DeviceIndex device = deviceIndex(args.env, args[0]);
  c10::cuda::set_device(device);
  c10::cuda::getCurrentCUDAStream(device).synchronize();
  const bool own = toBool(args.env, args[1]);
  c10::cuda::setCurrentCUDAStream(own ? c10::cuda::getStreamFromPool(false, device)
                                      : c10::cuda::getDefaultCUDAStream(device));
  return nullptr;
}

napi_value synchronize(Args& args) {
  c10::cuda::getCurrentCUDAStream(deviceIndex(args.env, args[0])).synchronize();
  return nullptr;
}

// recordEvent(device) → handle of a mark after all that this thread has launched
napi_value recordEvent(Args& args) {
  const c10::DeviceIndex device = deviceIndex(args.env, args[0]);
  const c10::cuda::CUDAGuard guard(device);
  return number(args.env, state(args.env).events.add({mark(device)}));
}

// elapsed(first, second) → milliseconds between two marks; waits for the second
napi_value elapsed(Args& args) {
  State& s = state(args.env);
  const cudaEvent_t first = s.events.get(toDouble(args.env, args[0])).event.get();
  const cudaEvent_t second = s.events.get(toDouble(args.env, args[1])).event.get();
  C10_CUDA_CHECK(cudaEventSynchronize(second));
  float milliseconds = 0;
  C10_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, first, second));
  return number(args.env, milliseconds);
}

napi_value disposeEvent(Args& args) {
  state(args.env).events.take(toDouble(args.env, args[0]));
  return nullptr;
}

}  // namespace

std::shared_ptr<CUevent_st> mark(c10::DeviceIndex device) {
  cudaEvent_t made = nullptr;
  C10_CUDA_CHECK(cudaEventCreate(&made));
  const std::shared_ptr<CUevent_st> event(made, [](cudaEvent_t e) { cudaEventDestroy(e); });
  C10_CUDA_CHECK(cudaEventRecord(made, c10::cuda::getCurrentCUDAStream(device)));
  return event;
}

void registerStreams(napi_env env, napi_value exports) {
  exportFunction<useStream>(env, exports, "useStream");
  exportFunction<synchronize>(env, exports, "synchronize");
  exportFunction<recordEvent>(env, exports, "recordEvent");
  exportFunction<elapsed>(env, exports, "elapsed");
  exportFunction<disposeEvent>(env, exports, "disposeEvent");
}

}  // namespace radweave::cuda
