#pragma once

#include "arena.h"

namespace radweave {

// Makes the caching allocator the process's CPU allocator; once per process, before the first tensor.
void installAllocator();
// Returns what is kept to the system.
void emptyAllocatorCache();
// Of big blocks only; small ones go to malloc.
AllocatorStats allocatorStats();

}  // namespace radweave
