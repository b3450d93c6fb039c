#include "convolution/onednn_winograd.h"

#include <ATen/ops/randn.h>

#include "onednn/onednn.h"
#include "testing/test.h"

using namespace radweave;

namespace {

int (*destroy)(onednn::Handle) = nullptr;
int destroyed = 0;

}  // namespace

TEST("plain", "a descriptor whose primitive cannot be made is destroyed") {
  if (!hasOnednnWinograd()) return;
  // The table of functions is not constant itself.
  auto& library = const_cast<onednn::Library&>(*onednn::library());
  const auto create = library.primitiveCreate;
  destroy = library.primitiveDescDestroy;
  destroyed = 0;
  library.primitiveDescDestroy = [](onednn::Handle desc) {
    ++destroyed;
    return destroy(desc);
  };
  library.primitiveCreate = [](onednn::Handle*, onednn::Handle) { return 1; };
  const std::string fault =
      testing::thrownBy([] { onednnConvolution(at::randn({2, 16, 24, 24}), at::randn({16, 16, 3, 3}), {}, 1); });
  library.primitiveCreate = create;
  library.primitiveDescDestroy = destroy;
  EXPECT_EQUAL(fault, "oneDNN failed with status 1");
  EXPECT_EQUAL(destroyed, 1);
}
