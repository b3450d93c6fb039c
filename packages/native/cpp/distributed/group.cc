// Groups of processes and what they tell each other. Every process must ask for the same, in the same order; one that does not come
// is an error after the group's timeout, one that is gone at once.
#include "group.h"

#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "state.h"

namespace radweave::distributed {
namespace {

using Gloo = c10d::ProcessGroupGloo;

Group& groupOf(Args& args) { return *state(args.env).groups.get(toDouble(args.env, args[0])); }

// What a tensor goes through to the others.
const c10::intrusive_ptr<Backend>& backendFor(const Group& group, const at::Tensor& tensor) {
  if (tensor.device().is_cpu()) return group.backend;
  if (group.gpus == nullptr) throw std::logic_error("these processes have not met on GPUs");
  return group.gpus->backend;
}

// Before this process tells the others anything that may come from its GPU.
void requireSound(const Group& group) {
  const Gpus* gpus = group.gpus.get();
  if (gpus != nullptr && (gpus->isLeft || gpus->hasFailed())) throw std::runtime_error("NCCL has given up");
}

// Sums a tensor over all processes, in place.
void sum(Backend& backend, at::Tensor tensor) {
  std::vector<at::Tensor> one{std::move(tensor)};
  backend.allreduce(one)->wait();
}

// openGroup(master's address, port, rank, size, milliseconds, own address or network interface, whether it is an interface)
napi_value openGroup(Args& args) {
  const napi_env env = args.env;
  const auto rank = static_cast<int>(toInt64(env, args[2]));
  const auto size = static_cast<int>(toInt64(env, args[3]));
  const std::chrono::milliseconds timeout(toInt64(env, args[4]));
  const std::string own = toString(env, args[5]);
  auto group = std::make_shared<Group>();
  c10d::TCPStoreOptions place;
  place.port = static_cast<std::uint16_t>(toInt64(env, args[1]));
  place.isServer = rank == 0;
  place.numWorkers = static_cast<size_t>(size);
  place.timeout = timeout;
  group->store = c10::make_intrusive<c10d::TCPStore>(toString(env, args[0]), place);
  auto options = Gloo::Options::create(timeout);
  options->devices.push_back(own.empty()               ? Gloo::createDefaultDevice()
                             : toBool(env, args[6]) ? Gloo::createDeviceForInterface(own)
                                                    : Gloo::createDeviceForHostname(own));
  const auto store = c10::make_intrusive<c10d::PrefixStore>("radweave", group->store);
  const auto gloo = c10::make_intrusive<Gloo>(store, rank, size, options);
  group->backend = gloo;
#if TORCH_VERSION_MAJOR >= 2
  using c10d::ProcessGroup;
  group->processes = c10::make_intrusive<ProcessGroup>(rank, size);
  group->processes->setBackend(at::kCPU, ProcessGroup::BackendType::GLOO, group->backend);
#else
  group->processes = gloo;
#endif
  return number(env, state(env).groups.add(std::move(group)));
}

// leaveGroup(group): what a GPU still waits for from the others ends; at the end, and when one of them is lost
napi_value leaveGroup(Args& args) {
  Gpus* gpus = groupOf(args).gpus.get();
  if (gpus != nullptr && !std::exchange(gpus->isLeft, true)) gpus->abort();
  return nullptr;
}

napi_value closeGroup(Args& args) {
  state(args.env).groups.take(toDouble(args.env, args[0]));
  return nullptr;
}

// handOutGroup(group), for the addon for CUDA
napi_value handOutGroup(Args& args) {
  return handOver(args.env, state(args.env).groups.get(toDouble(args.env, args[0])), kGroupTag);
}

// broadcast(group, tensors): all get what rank 0 has
napi_value broadcast(Args& args) {
  Group& group = groupOf(args);
  std::vector<c10::intrusive_ptr<c10d::Work>> works;
  for (const at::Tensor& tensor : tensorsOf(args.env, args[1])) {
    std::vector<at::Tensor> one{tensor.detach()};
    works.push_back(backendFor(group, tensor)->broadcast(one));
  }
  for (const auto& work : works) work->wait();
  return nullptr;
}

// allReduce(group, tensor): the sum of what all have, in place
napi_value allReduce(Args& args) {
  const Group& group = groupOf(args);
  const at::Tensor& tensor = fromExternal(args.env, args[1]);
  requireSound(group);
  sum(*backendFor(group, tensor), tensor.detach());
  return nullptr;
}

// allGather(group, tensor, tensors of the same shape, one for each rank)
napi_value allGather(Args& args) {
  std::vector<std::vector<at::Tensor>> into{tensorsOf(args.env, args[2])};
  std::vector<at::Tensor> own{fromExternal(args.env, args[1]).detach()};
  backendFor(groupOf(args), own[0])->allgather(into, own)->wait();
  return nullptr;
}

// A sum over all processes of which each one's loss is a part: so is its gradient. Its graph holds the backend: the group may be
// closed before gradients flow.
struct SumOfAll : torch::autograd::Function<SumOfAll> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& tensor,
                            const c10::intrusive_ptr<Backend>& backend) {
    context->saved_data["backend"] = c10::IValue::make_capsule(backend);
    at::Tensor out = tensor.clone();
    sum(*backend, out);
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto backend = c10::static_intrusive_pointer_cast<Backend>(context->saved_data["backend"].toCapsule());
    at::Tensor out = gradients[0].clone();
    sum(*backend, out);
    return {out, at::Tensor()};
  }
};

// sumOfAll(group, tensor) → the sum, through which gradients flow
napi_value sumOfAll(Args& args) {
  const at::Tensor& tensor = fromExternal(args.env, args[1]);
  return toExternal(args.env, SumOfAll::apply(tensor, backendFor(groupOf(args), tensor)));
}

}  // namespace

std::vector<at::Tensor> tensorsOf(napi_env env, napi_value array) {
  std::vector<at::Tensor> out;
  const uint32_t length = arrayLength(env, array);
  for (uint32_t i = 0; i < length; ++i) out.push_back(fromExternal(env, element(env, array, i)));
  return out;
}

void registerGroups(napi_env env, napi_value exports) {
  exportFunction<openGroup>(env, exports, "openGroup");
  exportFunction<leaveGroup>(env, exports, "leaveGroup");
  exportFunction<closeGroup>(env, exports, "closeGroup");
  exportFunction<handOutGroup>(env, exports, "handOutGroup");
  exportFunction<broadcast>(env, exports, "broadcast");
  exportFunction<allReduce>(env, exports, "allReduce");
  exportFunction<allGather>(env, exports, "allGather");
  exportFunction<sumOfAll>(env, exports, "sumOfAll");
}

}  // namespace radweave::distributed
