#pragma once

#include <cstddef>
#include <string>

namespace radweave {

// Bytes that this process may still take before the system ends it without a word: the least of what its control groups (of a
// queue, a container) and the machine have left, swap included; SIZE_MAX where nobody says. Files that the kernel keeps in
// memory count as free. libuv's uv_get_available_memory counts them as used, and so finds nothing left in a group that has read
// many images. `root` is where /proc and /sys lie.
size_t memoryRoom(const std::string& root = "");

}  // namespace radweave
