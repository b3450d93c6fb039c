// The kernels' interface: the binding includes no other header of theirs, and no kernel knows of Node.js.
#pragma once

#include <cstddef>

namespace radweave {

// Prepares the process, once and before its first tensor; later calls change nothing. Always: the caching allocator and the
// operator radweave::batch_norm_relu. With `replacesLibtorch` also the kernels that compute in place of libtorch's own; without
// it every result is libtorch's, bit for bit.
void installKernels(bool replacesLibtorch);

// Whether 3×3 convolutions can be computed with Winograd's algorithm here: by oneDNN 2 on a CPU with AVX-512, or by our own
// kernels on any with AVX2. False before `installKernels(true)`.
bool hasWinograd();

// Switches it on or off for this thread, whose forward and backward passes follow; off at first. Returns what was before.
bool setWinograd(bool on);

// Bytes of blocks from 1 MB on; smaller ones are malloc's.
struct MemoryUse {
  size_t live, cached, peak;
};
MemoryUse memoryUse();

// Returns cached memory to the system.
void emptyMemoryCache();

}  // namespace radweave
