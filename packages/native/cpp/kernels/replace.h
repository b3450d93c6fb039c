// How kernels take the place of libtorch's own: for CPU tensors, in the whole process, whoever calls the operator.
#pragma once

#include <c10/util/Exception.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/library.h>

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

// Calls body(library), whose registrations replace kernels; once for each body. libtorch would warn of every one.
// The registrations are never destroyed: at exit, after an unknown part of all statics, operators would lose them while
// other threads may still compute.
template <typename Body>
void replaceKernels(const Body& body) {
  Silent silent;
  warnings::WarningHandlerGuard guard(&silent);
  static auto* const library =
      new torch::Library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
  body(*library);
}

}  // namespace radweave
