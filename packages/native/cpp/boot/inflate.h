#pragma once

#include <node_api.h>

namespace radweave {

// Adds `inflate` and `canInflate` to the small addon.
void defineInflate(napi_env env, napi_value exports);

}  // namespace radweave
