// Backward passes, and the thread-local switches around them (grad mode, inference mode, autocast).
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include "convert.h"
#include "environment.h"
#include "kernels/kernels.h"

namespace radweave {
namespace {

std::vector<at::Tensor> tensorVector(Environment& e, napi_value v) {
  std::vector<at::Tensor> out;
  if (isNullish(e.env, v)) return out;
  const uint32_t length = arrayLength(e.env, v);
  out.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    const napi_value item = element(e.env, v, i);
    out.push_back(isNullish(e.env, item) ? at::Tensor() : e.tensor(item));
  }
  return out;
}

napi_value requiresGrad(Args& args) {
  return boolean(args.env, environment(args.env).tensor(args[0]).requires_grad());
}

napi_value setRequiresGrad(Args& args) {
  environment(args.env).tensor(args[0]).set_requires_grad(toBool(args.env, args[1]));
  return nullptr;
}

napi_value isLeaf(Args& args) { return boolean(args.env, environment(args.env).tensor(args[0]).is_leaf()); }

// grad(tensor) → a handle of its gradient, or null
napi_value grad(Args& args) {
  Environment& e = environment(args.env);
  const at::Tensor& gradient = e.tensor(args[0]).grad();
  return gradient.defined() ? number(args.env, e.add(gradient)) : null(args.env);
}

napi_value setGrad(Args& args) {
  Environment& e = environment(args.env);
  e.tensor(args[0]).mutable_grad() = isNullish(args.env, args[1]) ? at::Tensor() : e.tensor(args[1]);
  return nullptr;
}

// backward(outputs): their graph is freed
napi_value backward(Args& args) {
  torch::autograd::backward(tensorVector(environment(args.env), args[0]));
  return nullptr;
}

// gradOf(outputs, inputs, gradients | null, allowUnused) → handles or null; the graph is freed
napi_value gradOf(Args& args) {
  Environment& e = environment(args.env);
  const auto grads = torch::autograd::grad(tensorVector(e, args[0]), tensorVector(e, args[1]),
                                           tensorVector(e, args[2]), false, false,
                                           toBool(args.env, args[3]));
  NewHandles handles(e);
  napi_value out = array(args.env, grads.size());
  for (size_t i = 0; i < grads.size(); ++i) setElement(args.env, out, i, handles.add(grads[i]));
  handles.keep();
  return out;
}

struct GradSwitch : Mode {
  explicit GradSwitch(bool enabled) : before(at::GradMode::is_enabled()) { at::GradMode::set_enabled(enabled); }
  ~GradSwitch() override { at::GradMode::set_enabled(before); }
  bool before;
};

struct WinogradSwitch : Mode {
  WinogradSwitch() : before(setWinograd(true)) {}
  ~WinogradSwitch() override { setWinograd(before); }
  bool before;
};

struct InferenceSwitch : Mode {
  c10::InferenceMode guard{true};
};

// libtorch 2.4 gave autocast's functions a device argument.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
bool autocastEnabled(at::DeviceType d) { return at::autocast::is_autocast_enabled(d); }
void setAutocast(at::DeviceType d, bool on) { at::autocast::set_autocast_enabled(d, on); }
at::ScalarType autocastDtype(at::DeviceType d) { return at::autocast::get_autocast_dtype(d); }
void setAutocastDtype(at::DeviceType d, at::ScalarType t) { at::autocast::set_autocast_dtype(d, t); }
#else
bool autocastEnabled(at::DeviceType d) {
  return d == at::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
}
void setAutocast(at::DeviceType d, bool on) {
  d == at::kCPU ? at::autocast::set_cpu_enabled(on) : at::autocast::set_enabled(on);
}
at::ScalarType autocastDtype(at::DeviceType d) {
  return d == at::kCPU ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype();
}
void setAutocastDtype(at::DeviceType d, at::ScalarType t) {
  d == at::kCPU ? at::autocast::set_autocast_cpu_dtype(t) : at::autocast::set_autocast_gpu_dtype(t);
}
#endif

struct AutocastSwitch : Mode {
  AutocastSwitch(at::DeviceType device, bool enabled, at::ScalarType dtype)
      : device(device), enabledBefore(autocastEnabled(device)), dtypeBefore(autocastDtype(device)) {
    setAutocastDtype(device, dtype);
    setAutocast(device, enabled);
    at::autocast::increment_nesting();
  }
  ~AutocastSwitch() override {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    setAutocast(device, enabledBefore);
    setAutocastDtype(device, dtypeBefore);
  }
  at::DeviceType device;
  bool enabledBefore;
  at::ScalarType dtypeBefore;
};

napi_value pushGradMode(Args& args) {
  environment(args.env).modes.enter<GradSwitch>(toBool(args.env, args[0]));
  return nullptr;
}

napi_value pushInferenceMode(Args& args) {
  environment(args.env).modes.enter<InferenceSwitch>();
  return nullptr;
}

// pushAutocast(device, enabled, dtype)
napi_value pushAutocast(Args& args) {
  const auto device = c10::Device(toString(args.env, args[0])).type();
  const at::ScalarType dtype = toScalarType(args.env, args[2]);
  environment(args.env).modes.enter<AutocastSwitch>(device, toBool(args.env, args[1]), dtype);
  return nullptr;
}

napi_value pushWinograd(Args& args) {
  environment(args.env).modes.enter<WinogradSwitch>();
  return nullptr;
}

napi_value popMode(Args& args) {
  environment(args.env).modes.leave();
  return nullptr;
}

napi_value gradEnabled(Args& args) { return boolean(args.env, at::GradMode::is_enabled()); }

}  // namespace

void registerAutograd(napi_env env, napi_value exports) {
  exportFunction<requiresGrad>(env, exports, "requiresGrad");
  exportFunction<setRequiresGrad>(env, exports, "setRequiresGrad");
  exportFunction<isLeaf>(env, exports, "isLeaf");
  exportFunction<grad>(env, exports, "grad");
  exportFunction<setGrad>(env, exports, "setGrad");
  exportFunction<backward>(env, exports, "backward");
  exportFunction<gradOf>(env, exports, "gradOf");
  exportFunction<pushGradMode>(env, exports, "pushGradMode");
  exportFunction<pushInferenceMode>(env, exports, "pushInferenceMode");
  exportFunction<pushAutocast>(env, exports, "pushAutocast");
  exportFunction<pushWinograd>(env, exports, "pushWinograd");
  exportFunction<popMode>(env, exports, "popMode");
  exportFunction<gradEnabled>(env, exports, "gradEnabled");
}

}  // namespace radweave
