#pragma once

#include <cstddef>

namespace radweave {

// Bytes of big blocks only; small ones go to malloc.
struct AllocatorStats {
  size_t live, cached, peak;
};

// Makes the caching allocator the process's CPU allocator; once per process, before the first tensor.
void installAllocator();
// Returns every cached block to the system.
void emptyAllocatorCache();
AllocatorStats allocatorStats();

}  // namespace radweave
