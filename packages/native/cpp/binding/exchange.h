// Tensors on their way between the engine and another addon of this process: JavaScript carries them and sees nothing of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "napi_util.h"

namespace radweave {

// What marks such a value, so that any other object is an error and never a crash.
inline constexpr napi_type_tag kTensorTag = {0x72616477656176e5, 0x74656e736f720001};

inline napi_value toExternal(napi_env env, const at::Tensor& tensor) {
  auto owner = std::make_unique<at::Tensor>(tensor);
  const auto free = [](napi_env, void* data, void*) { delete static_cast<at::Tensor*>(data); };
  napi_value out;
  check(env, napi_create_external(env, owner.get(), free, nullptr, &out));
  owner.release();
  check(env, napi_type_tag_object(env, out, &kTensorTag));
  return out;
}

inline const at::Tensor& fromExternal(napi_env env, napi_value v) {
  bool isTensor = false;
  if (typeOf(env, v) == napi_external) check(env, napi_check_object_type_tag(env, v, &kTensorTag, &isTensor));
  if (!isTensor) throw std::invalid_argument("expected a tensor that the engine has handed out");
  void* data = nullptr;
  check(env, napi_get_value_external(env, v, &data));
  return *static_cast<at::Tensor*>(data);
}

}  // namespace radweave
