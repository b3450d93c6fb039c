#pragma once

namespace radweave {

// Makes libtorch's convolutions ask for this file's algorithms first; once per process.
void installConvolution();

}  // namespace radweave
