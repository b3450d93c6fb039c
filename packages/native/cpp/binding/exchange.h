// Tensors, and groups of processes, on their way between two addons of this process: JavaScript carries them and sees nothing of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "napi_util.h"

namespace radweave {

// What marks such a value, so that any other object is an error and never a crash.
inline constexpr napi_type_tag kTensorTag = {0x72616477656176e5, 0x74656e736f720001};
inline constexpr napi_type_tag kGroupTag = {0x72616477656176e5, 0x67726f7570000001};

template <typename T>
napi_value handOver(napi_env env, const T& value, const napi_type_tag& tag) {
  auto owner = std::make_unique<T>(value);
  const auto free = [](napi_env, void* data, void*) { delete static_cast<T*>(data); };
  napi_value out;
  check(env, napi_create_external(env, owner.get(), free, nullptr, &out));
  owner.release();
  check(env, napi_type_tag_object(env, out, &tag));
  return out;
}

template <typename T>
const T& takeOver(napi_env env, napi_value v, const napi_type_tag& tag) {
  bool isOne = false;
  if (typeOf(env, v) == napi_external) check(env, napi_check_object_type_tag(env, v, &tag, &isOne));
  if (!isOne) throw std::invalid_argument("expected what another addon has handed out");
  void* data = nullptr;
  check(env, napi_get_value_external(env, v, &data));
  return *static_cast<T*>(data);
}

inline napi_value toExternal(napi_env env, const at::Tensor& tensor) { return handOver(env, tensor, kTensorTag); }

inline const at::Tensor& fromExternal(napi_env env, napi_value v) { return takeOver<at::Tensor>(env, v, kTensorTag); }

}  // namespace radweave
