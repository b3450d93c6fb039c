// A caching allocator for CPU tensors. The default one returns every activation to the system and faults it in again
// at the next step (350,000 page faults a step were measured). Big blocks come from an arena that keeps what is freed.
#include "allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdlib>
#include <cstring>

#ifdef _WIN32
#include <malloc.h>
#endif

#include "arena.h"
#include "room.h"

namespace radweave {
namespace {

constexpr size_t kHeader = 64;  // keeps the data 64-byte aligned, as AVX-512 kernels want it
constexpr size_t kBig = size_t{1} << 20;
constexpr size_t kUnit = size_t{64} << 10;  // of the sizes of big blocks

struct Header {
  size_t size;  // of the whole block
  bool big;
};

void* smallAllocate(size_t size) {
#ifdef _WIN32
  return _aligned_malloc(size, kHeader);
#else
  void* block = nullptr;
  return posix_memalign(&block, kHeader, size) == 0 ? block : nullptr;
#endif
}

void smallFree(void* block) {
#ifdef _WIN32
  _aligned_free(block);
#else
  std::free(block);
#endif
}

// Never destroyed: tensors may outlive every static object at exit.
Arena& arena() {
  static Arena* instance = new Arena([] { return memoryRoom(); });
  return *instance;
}

void release(void* data) {
  if (data == nullptr) return;
  void* block = static_cast<char*>(data) - kHeader;
  const Header header = *static_cast<Header*>(block);
  if (header.big) {
    arena().give(block, header.size);
  } else {
    smallFree(block);
  }
}

void* bigAllocate(size_t bytes) {
  const size_t size = (bytes + kUnit - 1) / kUnit * kUnit;
  void* block = arena().take(size);
  if (block != nullptr) static_cast<Header*>(block)->size = size;
  return block;
}

struct CachingAllocator final : c10::Allocator {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(size_t bytes) override { return make(bytes); }
  void copy_data(void* to, const void* from, std::size_t count) const override { std::memcpy(to, from, count); }
#else
  c10::DataPtr allocate(size_t bytes) const override { return make(bytes); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  static c10::DataPtr make(size_t bytes) {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    TORCH_CHECK(bytes < SIZE_MAX / 2, "out of memory: ", bytes, " bytes were asked for");
    const bool big = bytes >= kBig;
    void* block = big ? bigAllocate(bytes + kHeader) : smallAllocate(bytes + kHeader);
    TORCH_CHECK(block != nullptr, "out of memory: ", bytes, " bytes were asked for");
    static_cast<Header*>(block)->big = big;
    void* data = static_cast<char*>(block) + kHeader;
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }
};

}  // namespace

void installAllocator() { c10::SetCPUAllocator(new CachingAllocator(), 1); }

MemoryUse memoryUse() { return arena().use(); }

void emptyMemoryCache() { arena().clear(); }

}  // namespace radweave
