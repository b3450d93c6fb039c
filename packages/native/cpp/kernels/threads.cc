#include "threads.h"

#include <ATen/Parallel.h>

#ifdef __linux__
#include <dlfcn.h>
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

}  // namespace

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
