#include "threads.h"

#include <ATen/Parallel.h>

#ifdef __linux__
#include <dlfcn.h>
#include <pthread.h>
#endif

namespace radweave {
namespace {

// GNU OpenMP's entry point, which `#pragma omp parallel` compiles to: the threads are those of libtorch and OpenBLAS, and
// BLAS sees that it runs inside a parallel region and stays on its thread.
using Parallel = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

Parallel parallel() {
#ifdef __linux__
  static const auto found = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  return found;
#else
  return nullptr;
#endif
}

#ifdef __linux__
// All but those that a thread's own fault raises: the process would end without a word of them.
void blockSignals(sigset_t* before) {
  sigset_t all;
  sigfillset(&all);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) sigdelset(&all, own);
  pthread_sigmask(SIG_BLOCK, &all, before);
}

// The threads of this thread's pool, made anew when their number changes.
void blockPoolSignals() {
  thread_local int blocked = 0;
  const int threads = at::get_num_threads();
  if (threads == blocked) return;
  pthread_t caller = pthread_self();
  onThreads(
      threads,
      [](void* own) {
        if (pthread_equal(pthread_self(), *static_cast<pthread_t*>(own)) == 0) blockSignals(nullptr);
      },
      &caller);
  blocked = threads;
}
#endif

}  // namespace

#ifdef __linux__
WithoutSignals::WithoutSignals() {
  blockPoolSignals();
  blockSignals(&before_);
}

WithoutSignals::~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
#else
WithoutSignals::WithoutSignals() = default;
WithoutSignals::~WithoutSignals() = default;
#endif

bool hasThreads() { return parallel() != nullptr; }

void onThreads(int64_t most, void (*body)(void*), void* data) {
  const auto threads = static_cast<unsigned>(std::min<int64_t>(at::get_num_threads(), most));
  if (threads <= 1 || !hasThreads()) {
    body(data);
  } else {
    parallel()(body, data, threads, 0);
  }
}

}  // namespace radweave
