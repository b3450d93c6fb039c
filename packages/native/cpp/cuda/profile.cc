// Measures what each operator that runs on behalf of this thread takes on a device: by marks before and after it. The engine's
// own profile says which operators these are; a call's number is the same in both.
#include <ATen/cuda/Sleep.h>
#include <ATen/record_function.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <mutex>
#include <unordered_map>

#include "state.h"

namespace radweave::cuda {
namespace {

// Between two marks lies only the device's own work if it is behind: launching takes longer than most kernels. So it is held
// for some milliseconds, again and again, before it has to take more than its queue of about a thousand entries holds.
constexpr int kMarksPerHold = 250;
constexpr int64_t kCyclesPerHold = 20'000'000;

struct Timed {
  uint64_t call;
  std::shared_ptr<CUevent_st> start, end;
};

// libtorch hands this from the thread that computes forward to those that compute backward.
struct Recorder : c10::DebugInfoBase {
  explicit Recorder(c10::DeviceIndex on) : device(on) {}
  const c10::DeviceIndex device;
  at::CallbackHandle callback = 0;
  std::mutex mutex;
  std::vector<Timed> timed;
  // Operators under way in each thread, by libtorch's number of it.
  std::unordered_map<uint64_t, int> depth;
  int marks = kMarksPerHold;
};

struct Running : at::ObserverContext {
  std::shared_ptr<CUevent_st> start;
};

// Not the engine's, which is under way at the same time.
c10::DebugInfoKind slot() { return c10::DebugInfoKind::TEST_INFO_2; }

Recorder* recorder() { return dynamic_cast<Recorder*>(c10::ThreadLocalDebugInfo::get(slot())); }

void hold() {
  C10_CUDA_CHECK(cudaDeviceSynchronize());
  at::cuda::sleep(kCyclesPerHold);
}

std::unique_ptr<at::ObserverContext> onStart(const at::RecordFunction& fn) {
  Recorder* to = recorder();
  if (to == nullptr) return nullptr;
  const c10::cuda::CUDAGuard guard(to->device);
  std::lock_guard<std::mutex> lock(to->mutex);
  // Never within an operator, which would seem to take as long.
  auto& depth = to->depth[fn.threadId()];
  if (depth == 0 && to->marks >= kMarksPerHold) {
    hold();
    to->marks = 0;
  }
  to->marks += 2;
  auto running = std::make_unique<Running>();
  running->start = mark(to->device);
  // Last: after an error nobody calls onEnd with what this returns.
  ++depth;
  return running;
}

void onEnd(const at::RecordFunction& fn, at::ObserverContext* context) {
  Recorder* to = recorder();
  if (to == nullptr || context == nullptr) return;
  const c10::cuda::CUDAGuard guard(to->device);
  std::lock_guard<std::mutex> lock(to->mutex);
  --to->depth[fn.threadId()];
  to->timed.push_back({fn.handle(), static_cast<Running*>(context)->start, mark(to->device)});
}

// profileStart(device): before the engine's, so that holding the device does not count as an operator's time
napi_value profileStart(Args& args) {
  if (recorder() != nullptr) throw std::logic_error("a profile is under way in this thread already");
  auto info = std::make_shared<Recorder>(deviceIndex(args.env, args[0]));
  at::RecordFunctionCallback callback(onStart, onEnd);
  callback.scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}).needsIds(true);
  c10::ThreadLocalDebugInfo::_push(slot(), info);
  info->callback = at::addThreadLocalCallback(callback);
  return nullptr;
}

// profileStop() → call, milliseconds on the device, call, milliseconds …
napi_value profileStop(Args& args) {
  Recorder* from = recorder();
  if (from == nullptr) throw std::logic_error("no profile is under way in this thread");
  at::removeCallback(from->callback);
  const auto info = c10::ThreadLocalDebugInfo::_pop(slot());
  const c10::cuda::CUDAGuard guard(from->device);
  C10_CUDA_CHECK(cudaDeviceSynchronize());
  napi_value out = array(args.env, 2 * from->timed.size());
  uint32_t index = 0;
  for (const Timed& timed : from->timed) {
    float milliseconds = 0;
    C10_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, timed.start.get(), timed.end.get()));
    setElement(args.env, out, index++, number(args.env, static_cast<double>(timed.call)));
    setElement(args.env, out, index++, number(args.env, milliseconds));
  }
  return out;
}

}  // namespace

void registerProfile(napi_env env, napi_value exports) {
  exportFunction<profileStart>(env, exports, "profileStart");
  exportFunction<profileStop>(env, exports, "profileStop");
}

}  // namespace radweave::cuda
