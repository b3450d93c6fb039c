#include "norm/batch_norm.h"

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include "kernels.h"
#include "norm/channel_rows.h"
#include "testing/numbers.h"
#include "testing/test.h"

using namespace radweave;
using testing::randomFloats;

namespace {

// y, dx, d added, dw and db of one step.
struct Step {
  std::vector<float> y, dx, added, dw, db;
};

Step stepOf(Rows rows, bool hasShortcut) {
  const auto x = randomFloats(rows.count * rows.channels, 1), dy = randomFloats(rows.count * rows.channels, 2);
  const auto shortcut = randomFloats(rows.count * rows.channels, 3);
  const auto weight = randomFloats(rows.channels, 4), bias = randomFloats(rows.channels, 5);
  auto buffer = std::vector<float>(static_cast<size_t>(4 * rows.channels));
  const Scales scales = scalesIn(buffer.data(), rows.channels);
  fillScales(scales, statistics(rows, x.data()), weight.data(), bias.data(), 1e-5);
  Step s{std::vector<float>(x.size()), std::vector<float>(x.size()), std::vector<float>(hasShortcut ? x.size() : 0),
         std::vector<float>(weight.size()), std::vector<float>(weight.size())};
  normalise(rows, scales, x.data(), hasShortcut ? shortcut.data() : nullptr, s.y.data());
  differentiate(rows, scales, x.data(), hasShortcut ? s.y.data() : nullptr, dy.data(), weight.data(),
                {s.dx.data(), s.dw.data(), s.db.data(), hasShortcut ? s.added.data() : nullptr});
  return s;
}

at::Tensor batchNormRelu(const at::Tensor& x, const at::Tensor& mean, const at::Tensor& variance) {
  using Signature = at::Tensor(const at::Tensor&, const c10::optional<at::Tensor>&, const c10::optional<at::Tensor>&,
                               const c10::optional<at::Tensor>&, const c10::optional<at::Tensor>&,
                               const c10::optional<at::Tensor>&, bool, double, double);
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("radweave::batch_norm_relu", "").typed<Signature>();
  return op.call(x, {}, at::ones({x.size(1)}), at::zeros({x.size(1)}), mean, variance, true, 0.1, 1e-5);
}

}  // namespace

TEST("plain", "a step of batch norm is the same for any number of threads, and touches nothing beyond its rows") {
  for (const Rows rows : {Rows{2, 3}, Rows{1000, 16}, Rows{77, 37}, Rows{5000, 5}, Rows{3, 2048}}) {
    for (const bool hasShortcut : {false, true}) {
      at::set_num_threads(1);
      const Step alone = stepOf(rows, hasShortcut);
      at::set_num_threads(3);
      const Step together = stepOf(rows, hasShortcut);
      EXPECT(together.y == alone.y && together.dx == alone.dx && together.added == alone.added);
      EXPECT(together.dw == alone.dw && together.db == alone.db);
    }
  }
}

TEST("installed", "batch norm of one value per channel is refused before the running statistics are touched") {
  installKernels(true);
  for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor x = at::randn({1, 4, 1, 1}).contiguous(format);
    const at::Tensor mean = at::zeros({4}), variance = at::ones({4});
    const std::string fault = testing::thrownBy([&] { batchNormRelu(x, mean, variance); });
    EXPECT(fault.find("more than one value per channel") != std::string::npos);
    EXPECT(mean.equal(at::zeros({4})) && variance.equal(at::ones({4})));
  }
}

TEST("installed", "running statistics are written as libtorch writes them: the same numbers, and no version is counted") {
  installKernels(true);
  const at::Tensor x = at::randn({4, 8, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor mean = at::zeros({8}), variance = at::ones({8}), theirMean = at::zeros({8}), theirs = at::ones({8});
  const auto before = mean._version();
  EXPECT_EQUAL(theirMean._version(), before);
  batchNormRelu(x, mean, variance);
  at::batch_norm(x, at::ones({8}), at::zeros({8}), theirMean, theirs, true, 0.1, 1e-5, true);
  EXPECT(mean.allclose(theirMean, 1e-5, 1e-6) && variance.allclose(theirs, 1e-5, 1e-6));
  EXPECT_EQUAL(theirMean._version(), before);
  EXPECT_EQUAL(mean._version(), before);
  EXPECT_EQUAL(variance._version(), before);
}
