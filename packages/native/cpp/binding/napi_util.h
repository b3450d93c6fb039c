// Thin helpers over raw Node-API. Every function either succeeds or throws a C++ exception; the exported
// callbacks are wrapped once (see `guarded`), so nothing but a JS Error leaves the addon.
#pragma once

#include <node_api.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace radweave {

inline void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  throw std::runtime_error(info && info->error_message ? info->error_message : "Node-API call failed");
}

inline napi_valuetype typeOf(napi_env env, napi_value v) {
  napi_valuetype type;
  check(env, napi_typeof(env, v, &type));
  return type;
}

inline bool isNullish(napi_env env, napi_value v) {
  const napi_valuetype type = typeOf(env, v);
  return type == napi_undefined || type == napi_null;
}

double toDouble(napi_env env, napi_value v);
// An integer that a double holds exactly (|v| <= 2^53), or a BigInt within 64 bits; NaN and fractions throw.
int64_t toInt64(napi_env env, napi_value v);
bool toBool(napi_env env, napi_value v);
std::string toString(napi_env env, napi_value v);
uint32_t arrayLength(napi_env env, napi_value v);
napi_value element(napi_env env, napi_value array, uint32_t i);
std::vector<int64_t> toInt64s(napi_env env, napi_value v);

inline napi_value number(napi_env env, double v) {
  napi_value out;
  check(env, napi_create_double(env, v, &out));
  return out;
}
inline napi_value boolean(napi_env env, bool v) {
  napi_value out;
  check(env, napi_get_boolean(env, v, &out));
  return out;
}
inline napi_value string(napi_env env, const std::string& v) {
  napi_value out;
  check(env, napi_create_string_utf8(env, v.data(), v.size(), &out));
  return out;
}
inline napi_value null(napi_env env) {
  napi_value out;
  check(env, napi_get_null(env, &out));
  return out;
}
// int64 as a number where a number holds it exactly, else as a BigInt.
napi_value integer(napi_env env, int64_t v);

inline napi_value array(napi_env env, size_t length) {
  napi_value out;
  check(env, napi_create_array_with_length(env, length, &out));
  return out;
}
inline void setElement(napi_env env, napi_value array, uint32_t i, napi_value v) {
  check(env, napi_set_element(env, array, i, v));
}

// The arguments of one call. Longest operator schemas have fewer than 32 parameters.
struct Args {
  static constexpr size_t kMax = 40;
  Args(napi_env env, napi_callback_info info) : env(env) {
    count = kMax;
    check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
    if (count > kMax) throw std::invalid_argument("too many arguments");
  }
  napi_value operator[](size_t i) const { return values[i]; }
  napi_env env;
  size_t count;
  napi_value values[kMax];
};

void throwJs(napi_env env, const char* message);
// Runs inside a catch block: turns whatever is in flight into a pending JS Error.
void rethrowAsJs(napi_env env) noexcept;

// The one boundary between C++ exceptions and JavaScript.
template <napi_value (*Fn)(Args&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    Args args(env, info);
    return Fn(args);
  } catch (...) {
    rethrowAsJs(env);
    return nullptr;
  }
}

}  // namespace radweave
