// Recording of what is launched, so that the whole of it is launched again in one call.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include "state.h"

namespace radweave::cuda {
namespace {

at::Generator generatorOf(c10::DeviceIndex device) {
  return at::globalContext().defaultGenerator(c10::Device(c10::kCUDA, device));
}

at::Tensor randomState(at::Generator generator) {
  std::lock_guard<std::mutex> lock(generator.mutex());
  return generator.get_state();
}

// captureBegin(device) → handle: what this thread launches on its stream, and autograd for it, is recorded and not run
napi_value captureBegin(Args& args) {
  Recording recording;
  recording.device = deviceIndex(args.env, args[0]);
  const c10::cuda::CUDAGuard guard(recording.device);
  recording.graph = std::make_unique<at::cuda::CUDAGraph>();
  recording.pool = at::cuda::graph_pool_handle();
  recording.random = randomState(generatorOf(recording.device));
  // Of this thread only: others may allocate meanwhile.
  recording.graph->capture_begin(recording.pool, cudaStreamCaptureModeThreadLocal);
  return number(args.env, state(args.env).recordings.add(std::move(recording)));
}

napi_value captureEnd(Args& args) {
  Recording& recording = state(args.env).recordings.get(toDouble(args.env, args[0]));
  const c10::cuda::CUDAGuard guard(recording.device);
  recording.graph->capture_end();
  return nullptr;
}

// Ends a recording that the stream may have refused: capture_end throws then, before it has told the allocator.
void leave(Recording& recording) {
  using namespace c10::cuda;
  try {
    recording.graph->capture_end();
  } catch (const std::exception&) {
    try {
      CUDACachingAllocator::endAllocateToPool(recording.device, recording.pool);
      CUDACachingAllocator::releasePool(recording.device, recording.pool);
    } catch (const std::exception&) {
      // It was told already, by a capture_end that failed before.
    }
  }
  recording.graph.reset();
  // CUDA keeps the error for whoever asks next.
  cudaGetLastError();
}

// captureAbort(graph): ends a recording that failed, so that this thread can launch again, and frees the graph. Nothing was run.
// The generator believes that it is still recorded; another takes its place, with the numbers it had.
napi_value captureAbort(Args& args) {
  Recording recording = state(args.env).recordings.take(toDouble(args.env, args[0]));
  const c10::DeviceIndex device = recording.device;
  const c10::cuda::CUDAGuard guard(device);
  leave(recording);
  at::Generator generator = generatorOf(device);
  const at::Generator fresh = at::cuda::detail::createCUDAGenerator(device);
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.unsafeGetGeneratorImpl()->graphsafe_set_state(fresh.unsafeGetGeneratorImpl()->graphsafe_get_state());
  generator.set_state(recording.random);
  return nullptr;
}

napi_value replay(Args& args) {
  Recording& recording = state(args.env).recordings.get(toDouble(args.env, args[0]));
  const c10::cuda::CUDAGuard guard(recording.device);
  recording.graph->replay();
  return nullptr;
}

// disposeGraph(graph): waits for what it has under way; its pool's memory is free afterwards
napi_value disposeGraph(Args& args) {
  const Recording recording = state(args.env).recordings.take(toDouble(args.env, args[0]));
  const c10::cuda::CUDAGuard guard(recording.device);
  C10_CUDA_CHECK(cudaDeviceSynchronize());
  return nullptr;
}

}  // namespace

void registerGraphs(napi_env env, napi_value exports) {
  exportFunction<captureBegin>(env, exports, "captureBegin");
  exportFunction<captureEnd>(env, exports, "captureEnd");
  exportFunction<captureAbort>(env, exports, "captureAbort");
  exportFunction<replay>(env, exports, "replay");
  exportFunction<disposeGraph>(env, exports, "disposeGraph");
}

}  // namespace radweave::cuda
