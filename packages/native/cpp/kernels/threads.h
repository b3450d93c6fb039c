// Work for libtorch's own threads. at::parallel_for runs on one thread in code that is not compiled against the same
// OpenMP, and a second OpenMP in the process would fight the first one for the cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <exception>

namespace radweave {

// Whether the process has GNU OpenMP, as libtorch for Linux brings; without it all work is done by the caller.
bool hasThreads();

// While it lives, no signal is handled by this thread, nor ever by libtorch's that work for it: for code that puts the pointer to its
// stack among its numbers, where a handler would write. A signal to the process goes to another thread, or waits.
class WithoutSignals {
 public:
  WithoutSignals();
  ~WithoutSignals();
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

#ifdef __linux__
 private:
  sigset_t before_;
#endif
};

// Calls body(data) on at::get_num_threads() threads, at most `most`, and waits for them. An exception must not leave the body.
void onThreads(int64_t most, void (*body)(void*), void* data);

// Calls body(from, to) for ranges of `chunk` that make up [0, count), each on the next free thread. What a body throws ends
// the work as soon as the ranges under way are done, and is thrown again here: no exception may leave a region of OpenMP.
template <typename Body>
void parallelFor(int64_t count, int64_t chunk, const Body& body) {
  struct Work {
    const Body& body;
    int64_t count, chunk;
    std::atomic<int64_t> next{0};
    std::atomic_flag hasFailed = ATOMIC_FLAG_INIT;
    std::exception_ptr error;

    void run() noexcept {
      try {
        for (int64_t from; (from = next.fetch_add(chunk)) < count;) body(from, std::min(count, from + chunk));
      } catch (...) {
        next = count;
        if (!hasFailed.test_and_set()) error = std::current_exception();
      }
    }
  } work{body, count, chunk};
  onThreads((count + chunk - 1) / chunk, [](void* data) { static_cast<Work*>(data)->run(); }, &work);
  if (work.error) std::rethrow_exception(work.error);
}

}  // namespace radweave
