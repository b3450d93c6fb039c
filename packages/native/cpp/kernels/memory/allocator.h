#pragma once

namespace radweave {

// Makes the caching allocator the process's CPU allocator; once per process, before the first tensor.
void installAllocator();

}  // namespace radweave
