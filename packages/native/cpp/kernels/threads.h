// Work for libtorch's own threads. at::parallel_for runs on one thread in code that is not compiled against the same
// OpenMP, and a second OpenMP in the process would fight the first one for the cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace radweave {

// Whether the process has GNU OpenMP, as libtorch for Linux brings; without it all work is done by the caller.
bool hasThreads();

// Calls body(data) on at::get_num_threads() threads, at most `most`, and waits for them. The body must not throw.
void onThreads(int64_t most, void (*body)(void*), void* data);

// Calls body(from, to) for ranges of `chunk` that make up [0, count), each on the next free thread.
template <typename Body>
void parallelFor(int64_t count, int64_t chunk, const Body& body) {
  struct Work {
    const Body& body;
    int64_t count, chunk;
    std::atomic<int64_t> next{0};
  } work{body, count, chunk};
  onThreads(
      (count + chunk - 1) / chunk,
      [](void* data) {
        Work& w = *static_cast<Work*>(data);
        for (int64_t from; (from = w.next.fetch_add(w.chunk)) < w.count;) {
          w.body(from, std::min(w.count, from + w.chunk));
        }
      },
      &work);
}

}  // namespace radweave
