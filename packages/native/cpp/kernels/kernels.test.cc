// What installing changes: with kernels the results are those of float64 up to rounding, without they are libtorch's own bits,
// and at exit nothing is taken back.
#include "kernels.h"

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <ATen/Context.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "gemm/panels.h"
#include "onednn/onednn.h"
#include "testing/test.h"

using namespace radweave;
using testing::thrownBy;

namespace {

// A convolution: sizes of x and w, stride, padding.
struct Case {
  std::vector<int64_t> x, w;
  int64_t stride, padding;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {{{4, 32, 20, 20}, {16, 32, 3, 3}, 1, 1},
                                        {{8, 16, 13, 9}, {32, 16, 3, 3}, 1, 0},
                                        {{4, 16, 24, 24}, {16, 16, 3, 3}, 2, 1},
                                        {{4, 1, 32, 32}, {16, 1, 7, 7}, 2, 3},
                                        {{4, 32, 16, 16}, {16, 32, 1, 1}, 1, 0}};
  return all;
}

// Output and gradients of all that the kernels may replace, from equal inputs at each call.
std::vector<at::Tensor> resultsIn(at::ScalarType dtype) {
  at::manual_seed(5);
  const auto draw = [&](at::IntArrayRef sizes) { return at::randn(sizes).to(dtype); };
  std::vector<at::Tensor> out;
  const at::Tensor a = draw({70, 300}), b = draw({300, 40}), bias = draw({40});
  const at::Tensor wide = draw({40, 310}).slice(1, 5, 305).t(), row = draw({1, 300}).expand({70, 300});
  for (const auto& [left, right] : {std::pair{a, b}, std::pair{a, wide}, std::pair{row, b}}) {
    out.push_back(at::mm(left, right));
    out.push_back(at::addmm(bias, left, right));
  }
  const at::Tensor batch = draw({9, 21, 17}), other = draw({9, 17, 11});
  out.push_back(at::bmm(batch, other));
  out.push_back(at::bmm(other.transpose(1, 2), batch.transpose(1, 2)));
  out.push_back(at::bmm(batch.slice(0, 0, 1).expand({9, 21, 17}), other));
  for (const Case& c : cases()) {
    for (const auto format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      at::Tensor x = draw(c.x).contiguous(format).requires_grad_(), w = draw(c.w).contiguous(format).requires_grad_();
      at::Tensor added = draw({c.w[0]}).requires_grad_();
      const at::Tensor y = at::conv2d(x, w, added, c.stride, c.padding);
      y.mul(draw(y.sizes())).sum().backward();
      for (const at::Tensor& t : {y.detach(), x.grad(), w.grad(), added.grad()}) out.push_back(t);
    }
  }
  return out;
}

bool areEqual(const std::vector<at::Tensor>& left, const std::vector<at::Tensor>& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    if (!left[i].equal(right[i])) return false;
  }
  return left.size() == right.size();
}

void areExact(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& exact) {
  EXPECT_EQUAL(found.size(), exact.size());
  for (size_t i = 0; i < exact.size(); ++i) {
    const double difference = found[i].to(at::kDouble).sub(exact[i]).abs().max().item<double>();
    EXPECT_BELOW(difference / exact[i].abs().max().item<double>(), 1e-5);
  }
}

bool isRegistered() {
  return c10::Dispatcher::singleton().findSchema({"radweave::batch_norm_relu", ""}).has_value();
}

// Where each of libtorch's operators is computed: lines of a dispatch key and its kernel.
std::map<std::string, std::vector<std::string>> kernelsByOperator() {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
    const auto op = c10::Dispatcher::singleton().findOp(name);
    if (!op.has_value() || name.name.rfind("aten::", 0) != 0) continue;
    std::istringstream table(op->dumpComputedTable());
    for (std::string line; std::getline(table, line);) out[c10::toString(name)].push_back(line);
  }
  return out;
}

// The dispatch keys at which installing has changed an operator, by operator.
std::map<std::string, std::set<std::string>> changedKeys(const std::map<std::string, std::vector<std::string>>& before) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& [name, lines] : kernelsByOperator()) {
    const auto& old = before.at(name);
    EXPECT_EQUAL(lines.size(), old.size());
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i] != old[i]) out[name].insert(lines[i].substr(0, lines[i].find(':')));
    }
  }
  return out;
}

// Results of what is replaced, or the error, for tensors that have no numbers: reading one would end the program.
std::string withoutNumbers() {
  const auto of = [](at::IntArrayRef sizes) { return at::empty(sizes, at::device(c10::kMeta).dtype(at::kFloat)); };
  const auto sizes = [](const at::Tensor& t) {
    EXPECT(t.is_meta());
    return c10::str(t.sizes());
  };
  const at::Tensor image = of({8, 16, 24, 24}).contiguous(at::MemoryFormat::ChannelsLast);
  std::string out = sizes(at::mm(of({70, 300}), of({300, 40}))) + sizes(at::addmm(of({40}), of({70, 300}), of({300, 40}))) +
                    sizes(at::bmm(of({9, 21, 17}), of({9, 17, 11})));
  out += thrownBy([&] { out += sizes(at::conv2d(image, of({32, 16, 3, 3}), of({32}), 1, 1)); }).substr(0, 60);
  return out;
}

}  // namespace

TEST("keys", "what is installed is for the CPU's tensors alone: no other device's ever meet it") {
  const auto before = kernelsByOperator();
  const std::string results = withoutNumbers();
  EXPECT(before.size() > 1000);
  installKernels(true);
  const auto changed = changedKeys(before);
  EXPECT(!changed.empty());
  for (const auto& [name, keys] : changed) {
    EXPECT_EQUAL(name + " at " + c10::Join(", ", keys), name + " at CPU");
  }
  EXPECT_EQUAL(withoutNumbers(), results);
  if (!hasWinograd()) return;
  setWinograd(true);
  EXPECT_EQUAL(withoutNumbers(), results);
}

TEST("keys", "batch norm with ReLU, which every device has, is libtorch's own for tensors of another") {
  installKernels(true);
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("radweave::batch_norm_relu", "");
  const auto of = [](at::IntArrayRef sizes) { return at::empty(sizes, at::device(c10::kMeta).dtype(at::kFloat)); };
  const at::Tensor x = of({4, 8, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor perChannel = of({8});
  const std::string ours = thrownBy([&] {
    torch::jit::Stack stack{x, c10::IValue(), perChannel, perChannel, perChannel, perChannel, true, 0.1, 1e-5};
    op.callBoxed(&stack);
    EXPECT(stack[0].toTensor().is_meta());
  });
  const std::string libtorchs = thrownBy([&] {
    at::batch_norm(x, perChannel, perChannel, perChannel, perChannel, true, 0.1, 1e-5, true).relu();
  });
  EXPECT_EQUAL(ours.substr(0, 60), libtorchs.substr(0, 60));
}

TEST("off", "without kernels every result is libtorch's, bit for bit, and there is no Winograd") {
  at::set_num_threads(2);
  const auto before = resultsIn(at::kFloat), halves = resultsIn(at::kBFloat16);
  installKernels(false);
  installKernels(true);  // too late
  EXPECT(areEqual(resultsIn(at::kFloat), before));
  EXPECT(areEqual(resultsIn(at::kBFloat16), halves));
  EXPECT(!hasWinograd());
  EXPECT(thrownBy([] { setWinograd(true); }).find("AVX2") != std::string::npos);
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("radweave::batch_norm_relu", "");
  const at::Tensor x = at::randn({4, 8, 5, 5}).contiguous(at::MemoryFormat::ChannelsLast), w = at::randn({8}),
                   b = at::randn({8}), mean = at::randn({8}), variance = at::randn({8}).abs();
  torch::jit::Stack stack{x, c10::IValue(), w, b, mean.clone(), variance.clone(), true, 0.1, 1e-5};
  op.callBoxed(&stack);
  EXPECT(stack[0].toTensor().equal(at::batch_norm(x, w, b, mean, variance, true, 0.1, 1e-5, true).relu()));
}

TEST("installed", "with kernels every result is that of float64 up to rounding") {
  at::set_num_threads(2);
  const auto before = resultsIn(at::kFloat), exact = resultsIn(at::kDouble);
  EXPECT(!hasWinograd());
  installKernels(true);
  const auto after = resultsIn(at::kFloat);
  areExact(after, exact);
  // Else the comparison without kernels would prove nothing.
  if (!at::hasMKL() && onednn::library() != nullptr) EXPECT(!areEqual(after, before));
  if (!hasWinograd()) return;
  for (const int floats : {16, 8}) {
    limitPanelKernels(floats);
    EXPECT(!setWinograd(true));
    const auto within = resultsIn(at::kFloat);
    EXPECT(setWinograd(false));
    areExact(within, exact);
    EXPECT(!areEqual(within, after));
  }
  EXPECT(areEqual(resultsIn(at::kFloat), after));
}

TEST("exit", "what is installed stays until the process ends") {
  // Registered first, so called last: after the statics that installing makes.
  std::atexit([] {
    if (isRegistered()) return;
    std::puts("FAILED: the operator was gone at exit");
    std::fflush(stdout);
    std::_Exit(3);
  });
  installKernels(true);
  EXPECT(isRegistered());
}
