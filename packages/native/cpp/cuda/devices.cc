// What a device is, and what its memory is used for.
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>

#include "state.h"

namespace radweave::cuda {
namespace {

// properties(device) → [name, compute capability major, minor, bytes of memory, multiprocessors, driver, runtime]; the
// versions as CUDA numbers them, 13000 for 13.0
napi_value properties(Args& args) {
  cudaDeviceProp found;
  C10_CUDA_CHECK(cudaGetDeviceProperties(&found, deviceIndex(args.env, args[0])));
  int driver = 0;
  int runtime = 0;
  C10_CUDA_CHECK(cudaDriverGetVersion(&driver));
  C10_CUDA_CHECK(cudaRuntimeGetVersion(&runtime));
  const double numbers[] = {static_cast<double>(found.major),
                            static_cast<double>(found.minor),
                            static_cast<double>(found.totalGlobalMem),
                            static_cast<double>(found.multiProcessorCount),
                            static_cast<double>(driver),
                            static_cast<double>(runtime)};
  napi_value out = array(args.env, 1 + std::size(numbers));
  setElement(args.env, out, 0, string(args.env, found.name));
  for (uint32_t i = 0; i < std::size(numbers); ++i) setElement(args.env, out, i + 1, number(args.env, numbers[i]));
  return out;
}

// memory(device) → bytes [in tensors, the most that were since the last resetPeak, kept from the device, the most that were,
// free on the device, of the device]
napi_value memory(Args& args) {
  const c10::DeviceIndex device = deviceIndex(args.env, args[0]);
  const c10::cuda::CUDAGuard guard(device);
  const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(device);
  const auto& allocated = stats.allocated_bytes[0];
  const auto& reserved = stats.reserved_bytes[0];
  size_t free = 0;
  size_t total = 0;
  C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  const double numbers[] = {static_cast<double>(allocated.current), static_cast<double>(allocated.peak),
                            static_cast<double>(reserved.current),  static_cast<double>(reserved.peak),
                            static_cast<double>(free),              static_cast<double>(total)};
  napi_value out = array(args.env, std::size(numbers));
  for (uint32_t i = 0; i < std::size(numbers); ++i) setElement(args.env, out, i, number(args.env, numbers[i]));
  return out;
}

napi_value resetPeak(Args& args) {
  c10::cuda::CUDACachingAllocator::resetPeakStats(deviceIndex(args.env, args[0]));
  return nullptr;
}

napi_value emptyCache(Args&) {
  c10::cuda::CUDACachingAllocator::emptyCache();
  return nullptr;
}

}  // namespace

c10::DeviceIndex deviceIndex(napi_env env, napi_value v) {
  const c10::Device device(toString(env, v));
  if (!device.is_cuda()) throw std::invalid_argument("expected a CUDA device, got " + device.str());
  const c10::DeviceIndex index = device.has_index() ? device.index() : 0;
  if (index >= c10::cuda::device_count()) throw std::invalid_argument("there is no device " + device.str());
  // The allocator, its statistics and the generators are there once a tensor was made, and refuse any device before.
  at::empty({0}, at::device(c10::Device(c10::kCUDA, index)));
  return index;
}

void registerDevices(napi_env env, napi_value exports) {
  exportFunction<properties>(env, exports, "properties");
  exportFunction<memory>(env, exports, "memory");
  exportFunction<resetPeak>(env, exports, "resetPeak");
  exportFunction<emptyCache>(env, exports, "emptyCache");
}

}  // namespace radweave::cuda
