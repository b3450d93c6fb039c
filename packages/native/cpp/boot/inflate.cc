// Inflates zlib streams by the system's libdeflate, where there is one: a third faster than zlib. The library is looked for
// when first asked for, so that nothing needs it; its functions have kept their form since version 1.0 (libdeflate.h).
#include "inflate.h"

#include <cstddef>

#ifndef _WIN32
#include <dlfcn.h>
#endif

namespace radweave {
namespace {

struct Libdeflate {
  void* (*make)();
  int (*inflate)(void* decompressor, const void* in, size_t inBytes, void* out, size_t outRoom, size_t* outBytes);
  void (*free)(void* decompressor);
};

Libdeflate find() {
  Libdeflate found{};
#ifndef _WIN32
#ifdef __APPLE__
  const char* const names[] = {"libdeflate.0.dylib", "/opt/homebrew/lib/libdeflate.0.dylib"};
#else
  const char* const names[] = {"libdeflate.so.0"};
#endif
  for (const char* name : names) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) continue;
    found.make = reinterpret_cast<decltype(found.make)>(dlsym(library, "libdeflate_alloc_decompressor"));
    found.inflate = reinterpret_cast<decltype(found.inflate)>(dlsym(library, "libdeflate_zlib_decompress"));
    found.free = reinterpret_cast<decltype(found.free)>(dlsym(library, "libdeflate_free_decompressor"));
    if (found.make && found.inflate && found.free) return found;
  }
#endif
  return {};
}

const Libdeflate& libdeflate() {
  static const Libdeflate library = find();
  return library;
}

struct Bytes {
  void* data = nullptr;
  size_t length = 0;
};

// The bytes of a Uint8Array; false, with an exception pending, for anything else.
bool bytesOf(napi_env env, napi_value value, Bytes& bytes) {
  napi_typedarray_type type;
  if (napi_get_typedarray_info(env, value, &type, &bytes.length, &bytes.data, nullptr, nullptr) == napi_ok &&
      type == napi_uint8_array) {
    return true;
  }
  napi_throw_type_error(env, nullptr, "inflate takes two Uint8Arrays");
  return false;
}

// inflate(stream, out) → bytes written, or -1 for what is no zlib stream or does not fit
napi_value inflate(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  Bytes in, out;
  if (!bytesOf(env, args[0], in) || !bytesOf(env, args[1], out)) return nullptr;
  const Libdeflate& library = libdeflate();
  double written = -1;
  if (void* const decompressor = library.make ? library.make() : nullptr) {
    size_t count = 0;
    if (library.inflate(decompressor, in.data, in.length, out.data, out.length, &count) == 0) {
      written = static_cast<double>(count);
    }
    library.free(decompressor);
  }
  napi_value result = nullptr;
  napi_create_double(env, written, &result);
  return result;
}

// canInflate() → whether there is a library
napi_value canInflate(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_get_boolean(env, libdeflate().inflate != nullptr, &result);
  return result;
}

}  // namespace

void defineInflate(napi_env env, napi_value exports) {
  const napi_property_descriptor functions[] = {
      {"inflate", nullptr, inflate, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"canInflate", nullptr, canInflate, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  napi_define_properties(env, exports, 2, functions);
}

}  // namespace radweave
