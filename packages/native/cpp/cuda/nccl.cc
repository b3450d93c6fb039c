// Sums that go from GPU to GPU: libtorch's NCCL backend, for the CUDA tensors of a group of processes that have met already.
#ifdef RADWEAVE_NCCL
#define USE_C10D_NCCL
#include <ATen/ops/ones.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <cstdlib>

#include "../binding/exchange.h"
#include "../distributed/group.h"
#endif
#include "state.h"

namespace radweave::cuda {

#ifdef RADWEAVE_NCCL
namespace {

using Nccl = c10d::ProcessGroupNCCL;

// What has not come after the timeout is given up and nothing more, so that this process can tell of it: libtorch would end the
// process, or leave files of what it did. Who sets these variables has the last word.
void keepProcess() {
  setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", std::to_string(c10d::CleanUpOnly).c_str(), 0);
  setenv("TORCH_NCCL_ENABLE_MONITORING", "0", 0);
  setenv("TORCH_NCCL_DUMP_ON_TIMEOUT", "0", 0);
}

// joinGpus(group, device, milliseconds): the group's CUDA tensors go by NCCL from now on, each process's from a device of its own.
// Waits for all others.
napi_value joinGpus(Args& args) {
  const auto group = takeOver<std::shared_ptr<distributed::Group>>(args.env, args[0], kGroupTag);
  const c10::Device device(c10::kCUDA, deviceIndex(args.env, args[1]));
  const c10::cuda::CUDAGuard guard(device);
  keepProcess();
  const auto options = Nccl::Options::create();
  options->timeout = std::chrono::milliseconds(toInt64(args.env, args[2]));
  c10d::ProcessGroup& processes = *group->processes;
  const auto store = c10::make_intrusive<c10d::PrefixStore>("radweave/nccl", group->store);
  const auto nccl = c10::make_intrusive<Nccl>(store, processes.getRank(), processes.getSize(), options);
  auto gpus = std::make_unique<distributed::Gpus>();
  gpus->backend = nccl;
  gpus->hasFailed = [nccl] { return nccl->getError() != c10d::ErrorType::SUCCESS; };
  gpus->abort = [nccl] { nccl->abort(); };
  group->gpus = std::move(gpus);
  processes.setBackend(at::kCUDA, c10d::ProcessGroup::BackendType::NCCL, nccl);
  // The first sum makes the connections.
  std::vector<at::Tensor> one{at::ones({1}, at::device(device))};
  nccl->allreduce(one)->wait();
  const double met = one[0].item<double>();
  if (met != processes.getSize()) throw std::runtime_error("NCCL has not reached all processes");
  return nullptr;
}

}  // namespace

void registerNccl(napi_env env, napi_value exports) { exportFunction<joinGpus>(env, exports, "joinGpus"); }
#else
void registerNccl(napi_env, napi_value) {}
#endif

}  // namespace radweave::cuda
