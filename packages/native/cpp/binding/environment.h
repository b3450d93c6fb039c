// All state of one JS environment (the main thread or one worker): nothing here is static, so environments
// start and end independently.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <deque>

#include "handles.h"
#include "modes.h"
#include "napi_util.h"

namespace radweave {

// How an operator argument is converted; the character is also what TypeScript is told.
enum class Kind : char {
  Tensor = 't',
  TensorList = 'l',
  Int = 'i',
  Float = 'd',
  Bool = 'b',
  Scalar = 's',
  String = 'S',
  Device = 'v',
  IntList = 'I',
  FloatList = 'D',
  BoolList = 'B',
  ScalarList = 'A',
  Unsupported = '?',
};

struct ArgSpec {
  Kind kind;
  bool optional;          // accepts None
  bool optionalElements;  // Tensor?[]
  int32_t broadcast;      // N of int[N]: a single number stands for N of them; 0 if not of that form
  int64_t choices;        // an integer that stands for one of so many values, as a dtype's; 0 for any integer
  bool hasDefault;
  c10::IValue defaultValue;
  std::string name;
};

struct Operator {
  explicit Operator(c10::OperatorHandle h) : handle(h) {}
  c10::OperatorHandle handle;
  std::vector<ArgSpec> args;
};

struct TensorSlot {
  at::Tensor tensor;
  int64_t accounted = 0;  // bytes reported to the JS garbage collector
};

struct Environment {
  // `number` counts the process's environments from 1.
  Environment(napi_env env, uint32_t number)
      : env(env), tensors("tensor", number * kGenerations) {}

  double add(at::Tensor tensor) { return tensors.add(TensorSlot{std::move(tensor), 0}); }
  at::Tensor& tensor(napi_value handle) { return tensors.get(toDouble(env, handle)).tensor; }
  void release(double handle);
  // Reports memory in steps, because telling V8 of every small tensor would cost more than making one.
  void account(int64_t bytes);

  napi_env env;
  HandleTable<TensorSlot> tensors;
  std::deque<Operator> operators;
  Modes modes;
  int64_t accountedBytes = 0;

 private:
  // Generations between the first handles of two environments: a prime, so that they rarely meet later either.
  static constexpr uint32_t kGenerations = 10007;

  int64_t pendingBytes_ = 0;
};

inline Environment& environment(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<Environment*>(data);
}

void registerDispatch(napi_env env, napi_value exports);
void registerTensors(napi_env env, napi_value exports);
void registerAutograd(napi_env env, napi_value exports);
void registerProfile(napi_env env, napi_value exports);
void registerRuntime(napi_env env, napi_value exports);

// Whether float32 on a GPU may be TF32, in convolutions and matrix products.
void allowTf32(bool on);

template <napi_value (*Fn)(Args&)>
void exportFunction(napi_env env, napi_value exports, const char* name) {
  napi_value fn;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Fn>, nullptr, &fn));
  check(env, napi_set_named_property(env, exports, name, fn));
}

}  // namespace radweave
