#pragma once

namespace radweave {

// Makes libtorch's convolutions ask for this file's algorithm first; once per process.
void installWinograd();

// Whether 3×3 convolutions can be computed with Winograd's algorithm here: by oneDNN 2 on a CPU with AVX-512, or by our own
// kernels on any with AVX2.
bool hasWinograd();

// Switches it on or off for this thread, whose forward and backward passes follow; off at first. Returns what was before.
bool setWinograd(bool on);

}  // namespace radweave
