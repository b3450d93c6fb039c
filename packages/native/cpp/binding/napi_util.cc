#include "napi_util.h"

#include <c10/util/Exception.h>

#include <cmath>

namespace radweave {

double toDouble(napi_env env, napi_value v) {
  double out;
  if (napi_get_value_double(env, v, &out) != napi_ok) throw std::invalid_argument("expected a number");
  return out;
}

int64_t toInt64(napi_env env, napi_value v) {
  const napi_valuetype type = typeOf(env, v);
  if (type == napi_bigint) {
    int64_t out;
    bool lossless;
    check(env, napi_get_value_bigint_int64(env, v, &out, &lossless));
    if (!lossless) throw std::invalid_argument("a BigInt does not fit into 64 bits");
    return out;
  }
  if (type != napi_number) throw std::invalid_argument("expected an integer");
  const double d = toDouble(env, v);
  if (!(std::fabs(d) <= 9007199254740992.0) || d != std::trunc(d)) {
    throw std::invalid_argument("expected an integer, got " + std::to_string(d));
  }
  return static_cast<int64_t>(d);
}

bool toBool(napi_env env, napi_value v) {
  bool out;
  if (napi_get_value_bool(env, v, &out) != napi_ok) throw std::invalid_argument("expected a boolean");
  return out;
}

std::string toString(napi_env env, napi_value v) {
  size_t length;
  if (napi_get_value_string_utf8(env, v, nullptr, 0, &length) != napi_ok) {
    throw std::invalid_argument("expected a string");
  }
  std::string out(length, '\0');
  check(env, napi_get_value_string_utf8(env, v, out.data(), length + 1, &length));
  return out;
}

uint32_t arrayLength(napi_env env, napi_value v) {
  uint32_t length;
  if (napi_get_array_length(env, v, &length) != napi_ok) throw std::invalid_argument("expected an array");
  return length;
}

napi_value element(napi_env env, napi_value array, uint32_t i) {
  napi_value out;
  check(env, napi_get_element(env, array, i, &out));
  return out;
}

std::vector<int64_t> toInt64s(napi_env env, napi_value v) {
  const uint32_t length = arrayLength(env, v);
  std::vector<int64_t> out(length);
  for (uint32_t i = 0; i < length; ++i) out[i] = toInt64(env, element(env, v, i));
  return out;
}

napi_value integer(napi_env env, int64_t v) {
  napi_value out;
  if (v >= -9007199254740992 && v <= 9007199254740992) {
    check(env, napi_create_int64(env, v, &out));
  } else {
    check(env, napi_create_bigint_int64(env, v, &out));
  }
  return out;
}

void throwJs(napi_env env, const char* message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, nullptr, message);
}

void rethrowAsJs(napi_env env) noexcept {
  try {
    throw;
  } catch (const c10::Error& e) {
    throwJs(env, e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    throwJs(env, "out of memory");
  } catch (const std::exception& e) {
    throwJs(env, e.what());
  } catch (...) {
    throwJs(env, "an unknown native error");
  }
}

}  // namespace radweave
