// Records every operator that runs on behalf of this thread, those of backward passes too, through libtorch's own
// RecordFunction: what its profilers see. Costs nothing while no profile is under way.
#include <ATen/record_function.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <chrono>
#include <iterator>
#include <mutex>

#include "environment.h"

namespace radweave {
namespace {

using Clock = std::chrono::steady_clock;

struct Record {
  std::string name;
  Clock::time_point start, end;
  int64_t sequence;  // shared by a forward operator and the backward function that it created; -1 for none
  bool isBackward;
  uint64_t thread;
  uint64_t call;  // the same for every observer of this call: a GPU's addon has measured it too
};

// libtorch hands this from the thread that computes forward to those that compute backward.
struct Recorder : c10::DebugInfoBase {
  Clock::time_point start = Clock::now();
  at::CallbackHandle callback = 0;
  std::mutex mutex;
  std::vector<Record> records;
};

struct Running : at::ObserverContext {
  Clock::time_point start = Clock::now();
};

// Not the profiler's own slot: libtorch takes what lies there for its profiler, and a GPU's allocator calls it at each
// allocation. A value of an enum in older libtorch, an object with a constructor in newer.
c10::DebugInfoKind slot() { return c10::DebugInfoKind::TEST_INFO; }

double microseconds(Clock::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

Recorder* recorder() { return dynamic_cast<Recorder*>(c10::ThreadLocalDebugInfo::get(slot())); }

std::unique_ptr<at::ObserverContext> onStart(const at::RecordFunction&) { return std::make_unique<Running>(); }

void onEnd(const at::RecordFunction& fn, at::ObserverContext* context) {
  const auto end = Clock::now();
  Recorder* to = recorder();
  if (to == nullptr || context == nullptr) return;
  const bool isBackward = fn.scope() == at::RecordScope::BACKWARD_FUNCTION;
  std::lock_guard<std::mutex> lock(to->mutex);
  to->records.push_back(
      {fn.name(), static_cast<Running*>(context)->start, end, fn.seqNr(), isBackward, fn.threadId(), fn.handle()});
}

// profileStart(): the moment from which profileStop counts
napi_value profileStart(Args&) {
  if (recorder() != nullptr) throw std::logic_error("a profile is under way in this thread already");
  auto info = std::make_shared<Recorder>();
  at::RecordFunctionCallback callback(onStart, onEnd);
  callback.scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}).needsIds(true);
  c10::ThreadLocalDebugInfo::_push(slot(), info);
  info->callback = at::addThreadLocalCallback(callback);
  info->start = Clock::now();
  return nullptr;
}

// profileNow() → µs since profileStart, by the clock of the operators' times
napi_value profileNow(Args& args) {
  const Recorder* to = recorder();
  if (to == nullptr) throw std::logic_error("no profile is under way in this thread");
  return number(args.env, microseconds(Clock::now() - to->start));
}

// profileStop() → [name, start, end (µs), sequence, is backward, thread, call] of each operator, in order of their ends
napi_value profileStop(Args& args) {
  const Recorder* from = recorder();
  if (from == nullptr) throw std::logic_error("no profile is under way in this thread");
  at::removeCallback(from->callback);
  const auto info = c10::ThreadLocalDebugInfo::_pop(slot());
  const auto since = [&](Clock::time_point t) {
    return number(args.env, microseconds(t - from->start));
  };
  napi_value out = array(args.env, from->records.size());
  uint32_t index = 0;
  for (const Record& record : from->records) {
    const napi_value fields[] = {string(args.env, record.name),
                                 since(record.start),
                                 since(record.end),
                                 number(args.env, static_cast<double>(record.sequence)),
                                 boolean(args.env, record.isBackward),
                                 number(args.env, static_cast<double>(record.thread)),
                                 number(args.env, static_cast<double>(record.call))};
    napi_value row = array(args.env, std::size(fields));
    for (uint32_t i = 0; i < std::size(fields); ++i) setElement(args.env, row, i, fields[i]);
    setElement(args.env, out, index++, row);
  }
  return out;
}

}  // namespace

void registerProfile(napi_env env, napi_value exports) {
  exportFunction<profileStart>(env, exports, "profileStart");
  exportFunction<profileNow>(env, exports, "profileNow");
  exportFunction<profileStop>(env, exports, "profileStop");
}

}  // namespace radweave
