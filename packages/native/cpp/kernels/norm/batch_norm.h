#pragma once

namespace radweave {

// Registers radweave::batch_norm_relu. Once per process.
void installBatchNormRelu();

}  // namespace radweave
