// A group of processes: libtorch's own, over gloo, and for tensors of GPUs over what the addon for CUDA adds. The Reducer wants a
// ProcessGroup; since libtorch 2.0 this hands its work to a backend, before it was one.
#pragma once

#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <functional>

namespace radweave::distributed {

#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

// What tensors of a GPU go through. It computes while this thread goes on.
struct Gpus {
  c10::intrusive_ptr<Backend> backend;
  // Whether it has given up: what it was to compute is nothing then.
  std::function<bool()> hasFailed;
  // Ends what it still waits for.
  std::function<void()> abort;
  bool isLeft = false;
};

struct Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<Backend> backend;
  std::unique_ptr<Gpus> gpus;
  c10::intrusive_ptr<c10d::ProcessGroup> processes;
};

}  // namespace radweave::distributed
