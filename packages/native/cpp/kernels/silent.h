// libtorch warns of every kernel that replaces one of its own; those that do so on purpose register under this.
#pragma once

#include <c10/util/Exception.h>
#include <torch/csrc/api/include/torch/version.h>

namespace radweave {

#if TORCH_VERSION_MAJOR >= 2
namespace warnings = c10::WarningUtils;
struct Silent : c10::WarningHandler {
  void process(const c10::Warning&) override {}
};
#else
namespace warnings = c10::Warning;
struct Silent : c10::WarningHandler {
  void process(const c10::SourceLocation&, const std::string&, bool) override {}
};
#endif

template <typename Register>
void silently(Register body) {
  Silent silent;
  warnings::WarningHandlerGuard guard(&silent);
  body();
}

}  // namespace radweave
