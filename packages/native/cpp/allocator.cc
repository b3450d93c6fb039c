// A caching allocator for CPU tensors. The default one returns every activation to the system and faults it in again
// at the next step (350,000 page faults a step were measured). Big blocks are kept for reuse instead, on huge
// pages where the system offers them. What is held never exceeds the largest live use by more than half: with
// a quarter, the blocks that the next step wants first were the stalest and went (9,000 faults a step, 7 % of its time),
// for 40 MB in 1,700.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstring>
#include <list>
#include <map>
#include <mutex>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <malloc.h>
#include <windows.h>
#else
#include <sys/mman.h>

#include <cstdlib>
#endif

#include "allocator.h"

namespace radweave {
namespace {

constexpr size_t kHeader = 64;  // keeps the data 64-byte aligned, as AVX-512 kernels want it
constexpr size_t kBig = size_t{1} << 20;
constexpr size_t kHuge = size_t{2} << 20;
constexpr size_t kSlack = size_t{64} << 20;

struct Header {
  size_t size;  // of the whole block
  bool big;
};

void* systemAllocate(size_t size) {
#ifdef _WIN32
  return VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
#else
  void* block = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
#ifdef MADV_HUGEPAGE
  if (size >= 2 * kHuge) madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
#endif
}

void systemFree(void* block, size_t size) {
#ifdef _WIN32
  (void)size;
  VirtualFree(block, 0, MEM_RELEASE);
#else
  munmap(block, size);
#endif
}

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

// Freed big blocks by size, and in the order they were freed, so that the stalest goes first.
class Cache {
 public:
  void* take(size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto fit = bySize_.lower_bound(size);
    if (fit != bySize_.end() && fit->first <= size + size / 2) {
      void* block = fit->second->block;
      const size_t actual = fit->first;
      stalest_.erase(fit->second);
      bySize_.erase(fit);
      cached_ -= actual;
      use(actual);
      static_cast<Header*>(block)->size = actual;
      return block;
    }
    const size_t peak = std::max(peak_, live_ + size);
    trim(peak + peak / 2 + kSlack - size - live_);
    void* block = systemAllocate(size);
    if (block == nullptr) {
      trim(0);
      block = systemAllocate(size);
    }
    if (block != nullptr) {
      use(size);
      static_cast<Header*>(block)->size = size;
    }
    return block;
  }

  void give(void* block, size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    live_ -= size;
    cached_ += size;
    stalest_.push_back({block, {}});
    const auto entry = std::prev(stalest_.end());
    entry->position = bySize_.emplace(size, entry);
  }

  void clear() {
    std::lock_guard<std::mutex> lock(mutex_);
    trim(0);
    peak_ = live_;
  }

  AllocatorStats stats() {
    std::lock_guard<std::mutex> lock(mutex_);
    return {live_, cached_, peak_};
  }

 private:
  struct Entry;
  using Entries = std::list<Entry>;
  using Sizes = std::multimap<size_t, Entries::iterator>;
  struct Entry {
    void* block;
    Sizes::iterator position;
  };

  void use(size_t size) {
    live_ += size;
    peak_ = std::max(peak_, live_);
  }

  void trim(size_t allowed) {
    while (cached_ > allowed && !stalest_.empty()) {
      const Entry entry = stalest_.front();
      const size_t size = entry.position->first;
      bySize_.erase(entry.position);
      stalest_.pop_front();
      cached_ -= size;
      systemFree(entry.block, size);
    }
  }

  std::mutex mutex_;
  Entries stalest_;
  Sizes bySize_;
  size_t live_ = 0, cached_ = 0, peak_ = 0;
};

// Never destroyed: tensors may outlive every static object at exit.
Cache& cache() {
  static Cache* instance = new Cache();
  return *instance;
}

void release(void* data) {
  if (data == nullptr) return;
  void* block = static_cast<char*>(data) - kHeader;
  const Header header = *static_cast<Header*>(block);
  if (header.big) {
    cache().give(block, header.size);
  } else {
    smallFree(block);
  }
}

size_t blockSize(size_t bytes) {
  const size_t granule = bytes >= 2 * kHuge ? kHuge : size_t{64} << 10;
  return (bytes + kHeader + granule - 1) / granule * granule;
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
    void* block = big ? cache().take(blockSize(bytes)) : smallAllocate(bytes + kHeader);
    TORCH_CHECK(block != nullptr, "out of memory: ", bytes, " bytes were asked for");
    static_cast<Header*>(block)->big = big;
    void* data = static_cast<char*>(block) + kHeader;
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }
};

}  // namespace

void installAllocator() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(new CachingAllocator(), 1); });
}

void emptyAllocatorCache() { cache().clear(); }

AllocatorStats allocatorStats() { return cache().stats(); }

}  // namespace radweave
