// Tensor handles: metadata, disposal, and exchange of memory with typed arrays.
#include <ATen/Functions.h>
#include <c10/core/ScalarType.h>

#include <cstring>

#include "convert.h"
#include "environment.h"
#include "exchange.h"

namespace radweave {

void Environment::account(int64_t bytes) {
  constexpr int64_t kStep = 1 << 20;
  accountedBytes += bytes;
  pendingBytes_ += bytes;
  if (pendingBytes_ > -kStep && pendingBytes_ < kStep) return;
  int64_t total;
  check(env, napi_adjust_external_memory(env, pendingBytes_, &total));
  pendingBytes_ = 0;
}

void Environment::release(double handle) {
  const TensorSlot slot = tensors.take(handle);
  if (slot.accounted != 0) account(-slot.accounted);
}

namespace {

napi_value intArray(napi_env env, at::IntArrayRef values) {
  napi_value out = array(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) setElement(env, out, i, integer(env, values[i]));
  return out;
}

napi_value shape(Args& args) { return intArray(args.env, environment(args.env).tensor(args[0]).sizes()); }

napi_value strides(Args& args) { return intArray(args.env, environment(args.env).tensor(args[0]).strides()); }

napi_value dtype(Args& args) {
  return number(args.env, static_cast<double>(environment(args.env).tensor(args[0]).scalar_type()));
}

napi_value device(Args& args) {
  return string(args.env, environment(args.env).tensor(args[0]).device().str());
}

napi_value numel(Args& args) { return integer(args.env, environment(args.env).tensor(args[0]).numel()); }

napi_value isContiguous(Args& args) {
  const at::MemoryFormat format = toMemoryFormat(args.env, args[1]);
  return boolean(args.env, environment(args.env).tensor(args[0]).is_contiguous(format));
}

// dispose(array of handles): one crossing for a whole scope
napi_value dispose(Args& args) {
  Environment& e = environment(args.env);
  const uint32_t length = arrayLength(args.env, args[0]);
  for (uint32_t i = 0; i < length; ++i) e.release(toDouble(args.env, element(args.env, args[0], i)));
  return nullptr;
}

// handOut(tensor) → the tensor itself, for another addon of this process
napi_value handOut(Args& args) { return toExternal(args.env, environment(args.env).tensor(args[0])); }

// takeIn(tensor of another addon) → a handle of it
napi_value takeIn(Args& args) {
  return number(args.env, environment(args.env).add(fromExternal(args.env, args[0])));
}

// track(tensor): the handle now lives until the garbage collector finds it; report its memory to V8
napi_value track(Args& args) {
  Environment& e = environment(args.env);
  TensorSlot& slot = e.tensors.get(toDouble(args.env, args[0]));
  if (slot.accounted != 0 || !slot.tensor.has_storage() || slot.tensor.is_view()) return nullptr;
  slot.accounted = static_cast<int64_t>(slot.tensor.storage().nbytes());
  e.account(slot.accounted);
  return nullptr;
}

// The bytes of a typed array, which may lie over memory that threads share.
struct Bytes {
  void* data;
  size_t length;
};

Bytes bytesOf(napi_env env, napi_value value) {
  bool isTypedArray = false;
  check(env, napi_is_typedarray(env, value, &isTypedArray));
  if (!isTypedArray) throw std::invalid_argument("expected a typed array");
  napi_typedarray_type type;
  size_t length;
  void* data;
  check(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  static constexpr size_t kWidth[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (static_cast<size_t>(type) >= std::size(kWidth)) throw std::invalid_argument("unknown typed array type");
  return {data, length * kWidth[type]};
}

void requireBytes(const at::Tensor& tensor, const Bytes& bytes) {
  const size_t needed = tensor.numel() * tensor.element_size();
  if (needed == bytes.length) return;
  throw std::invalid_argument("the array holds " + std::to_string(bytes.length) + " bytes, the shape needs " +
                              std::to_string(needed));
}

// fromBytes(typed array, shape, dtype) → a new CPU tensor with a copy of the bytes
napi_value fromBytes(Args& args) {
  const napi_env env = args.env;
  const Bytes bytes = bytesOf(env, args[0]);
  const auto sizes = toInt64s(env, args[1]);
  const at::ScalarType scalarType = toScalarType(env, args[2]);
  at::Tensor tensor = at::empty(sizes, at::TensorOptions().dtype(scalarType));
  requireBytes(tensor, bytes);
  if (bytes.length > 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
  return number(env, environment(env).add(std::move(tensor)));
}

// copyTo(tensor, typed array): writes the elements in C order, from whatever device, without memory in between
napi_value copyTo(Args& args) {
  const at::Tensor source = environment(args.env).tensor(args[0]).detach();
  const Bytes bytes = bytesOf(args.env, args[1]);
  requireBytes(source, bytes);
  if (bytes.length == 0) return nullptr;
  at::from_blob(bytes.data, source.sizes(), source.options().device(at::kCPU)).copy_(source);
  return nullptr;
}

// bytes(tensor) → an ArrayBuffer over the memory of a contiguous CPU tensor. The buffer keeps the memory alive
// by itself, so the tensor may be disposed first; writes through it are seen by the tensor.
napi_value bytes(Args& args) {
  const napi_env env = args.env;
  const at::Tensor& tensor = environment(env).tensor(args[0]);
  if (!tensor.device().is_cpu() || tensor.layout() != at::kStrided || !tensor.is_contiguous()) {
    throw std::invalid_argument("only a contiguous CPU tensor has bytes to show");
  }
  napi_value out;
  if (tensor.numel() == 0) {
    void* data;
    check(env, napi_create_arraybuffer(env, 0, &data, &out));
    return out;
  }
  auto* owner = new at::Tensor(tensor.detach());
  const auto free = [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); };
  const napi_status status =
      napi_create_external_arraybuffer(env, owner->data_ptr(), owner->nbytes(), free, owner, &out);
  if (status == napi_ok) return out;
  // Runtimes with a memory cage (Electron) forbid external buffers: there a copy is the only way.
  void* data;
  const napi_status copied = napi_create_arraybuffer(env, owner->nbytes(), &data, &out);
  if (copied == napi_ok) std::memcpy(data, owner->data_ptr(), owner->nbytes());
  delete owner;
  check(env, copied);
  return out;
}

// memory() → [live tensor handles, bytes told to the garbage collector]
napi_value memory(Args& args) {
  Environment& e = environment(args.env);
  napi_value out = array(args.env, 2);
  setElement(args.env, out, 0, number(args.env, static_cast<double>(e.tensors.live())));
  setElement(args.env, out, 1, number(args.env, static_cast<double>(e.accountedBytes)));
  return out;
}

}  // namespace

void registerTensors(napi_env env, napi_value exports) {
  exportFunction<shape>(env, exports, "shape");
  exportFunction<strides>(env, exports, "strides");
  exportFunction<dtype>(env, exports, "dtype");
  exportFunction<device>(env, exports, "device");
  exportFunction<numel>(env, exports, "numel");
  exportFunction<isContiguous>(env, exports, "isContiguous");
  exportFunction<dispose>(env, exports, "dispose");
  exportFunction<handOut>(env, exports, "handOut");
  exportFunction<takeIn>(env, exports, "takeIn");
  exportFunction<track>(env, exports, "track");
  exportFunction<fromBytes>(env, exports, "fromBytes");
  exportFunction<copyTo>(env, exports, "copyTo");
  exportFunction<bytes>(env, exports, "bytes");
  exportFunction<memory>(env, exports, "memory");
}

}  // namespace radweave
