#pragma once

namespace radweave {

// Replaces libtorch's product of two float32 CPU matrices where it has no MKL, but oneDNN 2; once per process.
void installMm();

}  // namespace radweave
