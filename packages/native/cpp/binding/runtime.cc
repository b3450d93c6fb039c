// What belongs to the process rather than to a tensor: random generators, threads, devices, versions.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdlib>
#include <mutex>

#include "environment.h"
#include "kernels/kernels.h"

namespace radweave {
namespace {

// installKernels(replacesLibtorch): before the first tensor; the first call of the process decides
napi_value installKernelsOnce(Args& args) {
  installKernels(toBool(args.env, args[0]));
  return nullptr;
}

// manualSeed(seed): every device's default generator, as torch.manual_seed does
napi_value manualSeed(Args& args) {
  at::manual_seed(static_cast<uint64_t>(toInt64(args.env, args[0])));
  return nullptr;
}

// The default generator of a device.
at::Generator generatorOf(napi_env env, napi_value device) {
  return at::globalContext().defaultGenerator(c10::Device(toString(env, device)));
}

napi_value rngState(Args& args) {
  Environment& e = environment(args.env);
  auto gen = generatorOf(args.env, args[0]);
  std::lock_guard<std::mutex> lock(gen.mutex());
  return number(args.env, e.add(gen.get_state()));
}

napi_value setRngState(Args& args) {
  Environment& e = environment(args.env);
  auto gen = generatorOf(args.env, args[0]);
  std::lock_guard<std::mutex> lock(gen.mutex());
  gen.set_state(e.tensor(args[1]));
  return nullptr;
}

napi_value numThreads(Args& args) { return number(args.env, at::get_num_threads()); }

napi_value setNumThreads(Args& args) {
  const int64_t threads = toInt64(args.env, args[0]);
  if (threads < 1 || threads > 4096) throw std::invalid_argument("the number of threads must be 1 to 4096");
  at::set_num_threads(static_cast<int>(threads));
  return nullptr;
}

napi_value cudaDevices(Args& args) {
  return number(args.env, at::hasCUDA() ? static_cast<double>(at::getNumGPUs()) : 0);
}

napi_value hasMps(Args& args) { return boolean(args.env, at::hasMPS()); }

// tryDevice(device) → null, or what libtorch says when it is to compute one number there
napi_value tryDevice(Args& args) {
  const c10::Device device(toString(args.env, args[0]));
  try {
    if (at::ones({1}, at::device(device)).add(1).item<float>() == 2) return null(args.env);
    return string(args.env, "1 + 1 is not 2 there");
  } catch (const c10::Error& error) {
    return string(args.env, error.what_without_backtrace());
  } catch (const std::exception& error) {
    return string(args.env, error.what());
  }
}

napi_value emptyCache(Args&) {
  emptyMemoryCache();
  return nullptr;
}

// allocator() → bytes of big blocks [live, cached, largest live so far]
napi_value allocator(Args& args) {
  const MemoryUse use = memoryUse();
  napi_value out = array(args.env, 3);
  setElement(args.env, out, 0, number(args.env, static_cast<double>(use.live)));
  setElement(args.env, out, 1, number(args.env, static_cast<double>(use.cached)));
  setElement(args.env, out, 2, number(args.env, static_cast<double>(use.peak)));
  return out;
}

// setDeterministic(on): before the first use of a GPU, whose cuBLAS reads its workspace's size only once
napi_value setDeterministic(Args& args) {
  const bool on = toBool(args.env, args[0]);
  auto& context = at::globalContext();
#ifndef _WIN32
  if (on) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
#else
  if (on && std::getenv("CUBLAS_WORKSPACE_CONFIG") == nullptr) _putenv_s("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
#endif
  context.setDeterministicAlgorithms(on, false);
  context.setDeterministicCuDNN(on);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
  // Nothing here reads memory before it is written.
  context.setDeterministicFillUninitializedMemory(false);
#endif
  return nullptr;
}

// setTf32(on): whether a GPU may shorten float32 factors to 10 bits; libtorch lets cuDNN do so unless told otherwise
napi_value setTf32(Args& args) {
  allowTf32(toBool(args.env, args[0]));
  return nullptr;
}

napi_value canWinograd(Args& args) { return boolean(args.env, hasWinograd()); }

napi_value version(Args& args) { return string(args.env, TORCH_VERSION); }

napi_value buildInfo(Args& args) {
  return string(args.env, at::show_config() + "\n" + at::get_parallel_info());
}

}  // namespace

void allowTf32(bool on) {
  at::globalContext().setAllowTF32CuDNN(on);
  at::globalContext().setAllowTF32CuBLAS(on);
}

void registerRuntime(napi_env env, napi_value exports) {
  exportFunction<installKernelsOnce>(env, exports, "installKernels");
  exportFunction<manualSeed>(env, exports, "manualSeed");
  exportFunction<rngState>(env, exports, "rngState");
  exportFunction<setRngState>(env, exports, "setRngState");
  exportFunction<numThreads>(env, exports, "numThreads");
  exportFunction<setNumThreads>(env, exports, "setNumThreads");
  exportFunction<cudaDevices>(env, exports, "cudaDevices");
  exportFunction<hasMps>(env, exports, "hasMps");
  exportFunction<tryDevice>(env, exports, "tryDevice");
  exportFunction<emptyCache>(env, exports, "emptyCache");
  exportFunction<allocator>(env, exports, "allocator");
  exportFunction<setDeterministic>(env, exports, "setDeterministic");
  exportFunction<setTf32>(env, exports, "setTf32");
  exportFunction<canWinograd>(env, exports, "hasWinograd");
  exportFunction<version>(env, exports, "version");
  exportFunction<buildInfo>(env, exports, "buildInfo");
}

}  // namespace radweave
