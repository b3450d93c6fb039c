// Loaded before the engine and not linked to libtorch: prepares the process for it. The allocator must be tuned
// and the right BLAS mapped before libtorch_cpu is, because the dynamic linker keeps the first library of a name.
#include <node_api.h>

#include <cstdlib>
#include <string>

#include "inflate.h"

#ifndef _WIN32
#include <dlfcn.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

std::string text(napi_env env, napi_value v) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, v, nullptr, 0, &length) != napi_ok) return "";
  std::string out(length, '\0');
  napi_get_value_string_utf8(env, v, out.data(), length + 1, &length);
  return out;
}

// preload(path) → null, or why the library could not be loaded
napi_value preload(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value arg, out = nullptr;
  napi_get_cb_info(env, info, &argc, &arg, nullptr, nullptr);
  napi_get_null(env, &out);
#ifndef _WIN32
  if (!dlopen(text(env, arg).c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    napi_create_string_utf8(env, dlerror(), NAPI_AUTO_LENGTH, &out);
  }
#endif
  return out;
}

// setEnv(name, value): in a worker thread process.env is a copy, native libraries read the real one
napi_value setEnv(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
#ifdef _WIN32
  _putenv_s(text(env, args[0]).c_str(), text(env, args[1]).c_str());
#else
  setenv(text(env, args[0]).c_str(), text(env, args[1]).c_str(), 0);
#endif
  return nullptr;
}

// tuneAllocator() → whether it did. By default glibc maps and unmaps every activation: 285,000 page faults per
// ResNet18 step were measured. Big blocks are kept in one arena instead.
napi_value tuneAllocator(napi_env env, napi_callback_info) {
  bool tuned = false;
#ifdef __GLIBC__
  tuned = mallopt(M_MMAP_MAX, 0) == 1 && mallopt(M_TRIM_THRESHOLD, 2147483647) == 1 &&
          mallopt(M_TOP_PAD, 64 << 20) == 1 && mallopt(M_ARENA_MAX, 1) == 1;
#endif
  napi_value out;
  napi_get_boolean(env, tuned, &out);
  return out;
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"preload", nullptr, preload, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"setEnv", nullptr, setEnv, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"tuneAllocator", nullptr, tuneAllocator, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 3, functions);
  radweave::defineInflate(env, exports);
  return exports;
}
