// The one place where JavaScript values become IValues and back, led by the operator's schema.
#pragma once

#include "environment.h"

namespace radweave {

// Handles of results that are on their way to JavaScript: unless `keep` is called, because all of them got there, they are
// released again. Nobody else could.
class NewHandles {
 public:
  explicit NewHandles(Environment& e) : e_(e) {}
  NewHandles(const NewHandles&) = delete;
  NewHandles& operator=(const NewHandles&) = delete;
  ~NewHandles() {
    for (const double handle : handles_) e_.tensors.take(handle);
  }

  // The handle as a JS number; null for an undefined tensor.
  napi_value add(const at::Tensor& tensor);
  void keep() { handles_.clear(); }

 private:
  Environment& e_;
  std::vector<double> handles_;
};

ArgSpec describe(const c10::Argument& argument);
c10::IValue toIValue(Environment& e, const ArgSpec& spec, napi_value v);
napi_value fromIValue(NewHandles& handles, napi_env env, const c10::IValue& v);

// Of the numbers that libtorch's enumerations have for them; any other is an error.
at::ScalarType toScalarType(napi_env env, napi_value v);
at::MemoryFormat toMemoryFormat(napi_env env, napi_value v);

}  // namespace radweave
