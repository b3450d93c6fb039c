#pragma once

namespace radweave {

// Replaces libtorch's batched matrix product of float32 CPU tensors where it has no MKL; once per process.
void installBmm();

}  // namespace radweave
