// A group of processes: libtorch's own, over gloo. The Reducer wants a ProcessGroup; since libtorch 2.0 this hands its work to
// a backend, before it was one.
#pragma once

#include <torch/csrc/api/include/torch/version.h>

#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

namespace radweave::distributed {

#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

struct Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<Backend> backend;
  c10::intrusive_ptr<c10d::ProcessGroup> processes;
};

}  // namespace radweave::distributed
