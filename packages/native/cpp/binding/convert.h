// The one place where JavaScript values become IValues and back, led by the operator's schema.
#pragma once

#include "environment.h"

namespace radweave {

ArgSpec describe(const c10::Argument& argument);
c10::IValue toIValue(Environment& e, const ArgSpec& spec, napi_value v);
napi_value fromIValue(Environment& e, const c10::IValue& v);

}  // namespace radweave
