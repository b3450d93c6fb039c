#pragma once

namespace radweave {

// Registers radweave::batch_norm_relu; once per process. Where not `fused`, it is made of libtorch's operators only.
void installBatchNormRelu(bool fused);

}  // namespace radweave
