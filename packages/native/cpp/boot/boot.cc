// Loaded before the engine and not linked to libtorch: prepares the process for it. The right BLAS must be mapped before
// libtorch_cpu is, because the dynamic linker keeps the first library of a name.
#include <node_api.h>

#include <cstdlib>
#include <string>

#include "inflate.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace {

std::string text(napi_env env, napi_value v) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, v, nullptr, 0, &length) != napi_ok) return "";
  std::string out(length, '\0');
  napi_get_value_string_utf8(env, v, out.data(), length + 1, &length);
  return out;
}

// preload(path, isGlobal) → null, or why the library could not be loaded. One that is global provides its symbols to all that
// come after it.
napi_value preload(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2], out = nullptr;
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  napi_get_null(env, &out);
  const std::string path = text(env, args[0]);
#ifdef _WIN32
  std::wstring wide(path.size(), L'\0');
  wide.resize(MultiByteToWideChar(CP_UTF8, 0, path.data(), static_cast<int>(path.size()), wide.data(),
                                  static_cast<int>(wide.size())));
  if (!LoadLibraryExW(wide.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH)) {
    const std::string why = "Windows error " + std::to_string(GetLastError());
    napi_create_string_utf8(env, why.c_str(), NAPI_AUTO_LENGTH, &out);
  }
#else
  bool isGlobal = false;
  napi_get_value_bool(env, args[1], &isGlobal);
  if (!dlopen(path.c_str(), isGlobal ? RTLD_NOW | RTLD_GLOBAL : RTLD_LAZY | RTLD_LOCAL)) {
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

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"preload", nullptr, preload, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"setEnv", nullptr, setEnv, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 2, functions);
  radweave::defineInflate(env, exports);
  return exports;
}
