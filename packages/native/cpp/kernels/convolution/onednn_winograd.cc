#include "onednn_winograd.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "onednn/onednn.h"

namespace radweave {
namespace {

using onednn::ConvolutionDesc;
using onednn::Handle;
using onednn::MemoryDesc;
using onednn::Role;

const onednn::Library& dnn() { return *onednn::library(); }

void check(int status) {
  if (status != 0) throw std::runtime_error("oneDNN failed with status " + std::to_string(status));
}

struct Engine {
  Handle engine = nullptr, stream = nullptr, attributes = nullptr;
  Engine() {
    check(dnn().engineCreate(&engine, onednn::kCpu, 0));
    check(dnn().streamCreate(&stream, engine, onednn::kInOrder));
    check(dnn().attributesCreate(&attributes));
    check(dnn().setScratchpad(attributes, onednn::kUserScratchpad));
  }
};

const Engine& engine() {
  static const Engine one;
  return one;
}

// A tensor, or a buffer of a layout that only oneDNN understands. The description may be oneDNN's own, which is shorter than
// MemoryDesc: it is never copied.
struct Operand {
  std::shared_ptr<const MemoryDesc> desc;
  at::Tensor data;
};

// Gaps and elements that stand for several (the gradient of a sum) are more than a reorder can be told.
Operand operandOf(const at::Tensor& t) {
  const at::Tensor dense = t.is_non_overlapping_and_dense() ? t : t.contiguous(t.suggest_memory_format());
  const auto desc = std::make_shared<MemoryDesc>();
  check(dnn().describeStrided(desc.get(), static_cast<int>(t.dim()), t.sizes().data(), onednn::kFloat,
                              dense.strides().data()));
  return {desc, dense};
}

// `desc` belongs to a primitive that lives longer.
Operand bufferFor(const MemoryDesc& desc) {
  const auto floats = static_cast<int64_t>((dnn().bytes(&desc) + sizeof(float) - 1) / sizeof(float));
  return {{std::shared_ptr<void>(), &desc}, at::empty({floats}, at::kFloat)};
}

using Operands = std::vector<std::pair<Role, Operand>>;

// Destroys what a function of oneDNN has made.
template <int (*onednn::Library::*kDestroy)(Handle)>
struct Destroyer {
  void operator()(Handle made) const { (dnn().*kDestroy)(made); }
};
using PrimitiveDesc = std::unique_ptr<void, Destroyer<&onednn::Library::primitiveDescDestroy>>;
using PrimitiveHandle = std::unique_ptr<void, Destroyer<&onednn::Library::primitiveDestroy>>;
using Memory = std::unique_ptr<void, Destroyer<&onednn::Library::memoryDestroy>>;

class Primitive {
 public:
  explicit Primitive(PrimitiveDesc desc) : desc_(std::move(desc)) {
    Handle made = nullptr;
    check(dnn().primitiveCreate(&made, desc_.get()));
    primitive_.reset(made);
  }

  Handle desc() const { return desc_.get(); }
  const MemoryDesc& layout(Role role) const { return *dnn().layout(desc(), role.query, role.index); }

  void run(const Operands& operands) const {
    std::vector<Memory> memories;
    std::vector<onednn::ExecArg> args;
    for (const auto& [role, operand] : operands) {
      Handle made = nullptr;
      check(dnn().memoryCreate(&made, operand.desc.get(), engine().engine, operand.data.data_ptr()));
      memories.emplace_back(made);
      args.push_back({role.argument, made});
    }
    check(dnn().execute(primitive_.get(), engine().stream, static_cast<int>(args.size()), args.data()));
  }

 private:
  PrimitiveDesc desc_;
  PrimitiveHandle primitive_;
};

void reorder(const Operand& from, const Operand& to) {
  Handle desc = nullptr;
  check(dnn().reorderDescCreate(&desc, from.desc.get(), engine().engine, to.desc.get(), engine().engine, nullptr));
  Primitive(PrimitiveDesc(desc)).run({{onednn::kSrc, from}, {onednn::kDst, to}});
}

// The operand in the layout that a primitive wants.
Operand arranged(const Operand& operand, const MemoryDesc& layout) {
  if (dnn().isEqual(operand.desc.get(), &layout)) return operand;
  Operand out = bufferFor(layout);
  reorder(operand, out);
  return out;
}

enum class Pass { Forward, BackwardData, BackwardWeights };

struct Shape {
  int64_t batch, in, out, height, width, padding;
  bool hasBias;  // in forward passes; a bias gradient is a plain sum
  bool operator<(const Shape& o) const {
    return std::tie(batch, in, out, height, width, padding, hasBias) <
           std::tie(o.batch, o.in, o.out, o.height, o.width, o.padding, o.hasBias);
  }
};

MemoryDesc anyLayout(std::initializer_list<int64_t> sizes) {
  MemoryDesc out;
  check(dnn().describeTagged(&out, static_cast<int>(sizes.size()), sizes.begin(), onednn::kFloat, onednn::kAnyLayout));
  return out;
}

// Null where oneDNN has no such convolution for this CPU.
std::shared_ptr<const Primitive> build(Pass pass, const Shape& s, const Primitive* forward) {
  const onednn::Dims stride = {1, 1}, pad = {s.padding, s.padding};
  const int64_t reduced = 2 * s.padding - 2;
  const MemoryDesc x = anyLayout({s.batch, s.in, s.height, s.width});
  const MemoryDesc w = anyLayout({s.out, s.in, 3, 3});
  const MemoryDesc b = anyLayout({s.out});
  const MemoryDesc y = anyLayout({s.batch, s.out, s.height + reduced, s.width + reduced});
  ConvolutionDesc desc;
  switch (pass) {
    case Pass::Forward:
      check(dnn().forward(&desc, onednn::kForwardTraining, onednn::kWinograd, &x, &w, s.hasBias ? &b : nullptr, &y, stride,
                          pad, pad));
      break;
    case Pass::BackwardData:
      check(dnn().backwardData(&desc, onednn::kWinograd, &x, &w, &y, stride, pad, pad));
      break;
    case Pass::BackwardWeights:
      check(dnn().backwardWeights(&desc, onednn::kWinograd, &x, &w, nullptr, &y, stride, pad, pad));
      break;
  }
  Handle made = nullptr;
  const Handle hint = forward == nullptr ? nullptr : forward->desc();
  if (dnn().primitiveDescCreate(&made, &desc, engine().attributes, engine().engine, hint) != 0) return nullptr;
  return std::make_shared<const Primitive>(PrimitiveDesc(made));
}

// Primitives are made for a shape and a number of threads, and kept: a network has some ten shapes. The table is never
// destroyed, because oneDNN may be gone by then.
std::shared_ptr<const Primitive> primitive(Pass pass, const Shape& shape) {
  static std::mutex mutex;
  static auto& known = *new std::map<std::tuple<Pass, Shape, int>, std::shared_ptr<const Primitive>>;
  constexpr size_t kMost = 512;
  std::lock_guard<std::mutex> lock(mutex);
  const auto find = [&](Pass wanted, const Primitive* forward) {
    const auto key = std::make_tuple(wanted, shape, at::get_num_threads());
    const auto there = known.find(key);
    if (there != known.end()) return there->second;
    if (known.size() >= kMost) known.clear();
    auto made = build(wanted, shape, forward);
    known.emplace(key, made);
    return made;
  };
  const auto forward = find(Pass::Forward, nullptr);
  return pass == Pass::Forward || forward == nullptr ? forward : find(pass, forward.get());
}

Shape shapeOf(const at::Tensor& x, const at::Tensor& w, int64_t padding, bool hasBias = false) {
  return {x.size(0), x.size(1), w.size(0), x.size(2), x.size(3), padding, hasBias};
}

at::Tensor emptyLike(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().memory_format(like.suggest_memory_format()));
}

// Computes `to`, letting oneDNN arrange what it does not take as it is.
void compute(const Primitive& p, const Operands& inputs, Role result, const at::Tensor& to) {
  const Operand out = operandOf(to);
  const MemoryDesc& wanted = p.layout(result);
  const bool isDirect = dnn().isEqual(out.desc.get(), &wanted) != 0;
  const Operand buffer = isDirect ? out : bufferFor(wanted);
  Operands operands{{result, buffer}, {onednn::kScratchpad, bufferFor(p.layout(onednn::kScratchpad))}};
  for (const auto& [role, operand] : inputs) operands.emplace_back(role, arranged(operand, p.layout(role)));
  p.run(operands);
  if (!isDirect) reorder(buffer, out);
}

}  // namespace

bool hasOnednnWinograd() {
  static const bool is = onednn::library() != nullptr && primitive(Pass::Forward, {1, 16, 16, 8, 8, 1, false}) != nullptr &&
                         primitive(Pass::BackwardWeights, {1, 16, 16, 8, 8, 1, false}) != nullptr;
  return is;
}

at::Tensor onednnConvolution(const at::Tensor& x, const at::Tensor& w, const at::Tensor& bias, int64_t padding) {
  const auto ours = primitive(Pass::Forward, shapeOf(x, w, padding, bias.defined()));
  if (ours == nullptr) return {};
  const int64_t reduced = 2 * padding - 2;
  at::Tensor y = emptyLike({x.size(0), w.size(0), x.size(2) + reduced, x.size(3) + reduced}, x);
  Operands inputs{{onednn::kSrc, operandOf(x)}, {onednn::kWeights, operandOf(w)}};
  if (bias.defined()) inputs.emplace_back(onednn::kBias, operandOf(bias));
  compute(*ours, inputs, onednn::kDst, y);
  return y;
}

c10::optional<std::pair<at::Tensor, at::Tensor>> onednnGradients(const at::Tensor& dy, const at::Tensor& x,
                                                                 const at::Tensor& w, int64_t padding, bool wantsX,
                                                                 bool wantsW) {
  const Shape shape = shapeOf(x, w, padding);
  const auto data = primitive(Pass::BackwardData, shape), weights = primitive(Pass::BackwardWeights, shape);
  if (data == nullptr || weights == nullptr) return {};
  std::pair<at::Tensor, at::Tensor> out;
  // Once for both gradients.
  const Operand gradOutput = arranged(operandOf(dy), data->layout(onednn::kDiffDst));
  if (wantsX) {
    out.first = emptyLike(x.sizes(), x);
    compute(*data, {{onednn::kDiffDst, gradOutput}, {onednn::kWeights, operandOf(w)}}, onednn::kDiffSrc, out.first);
  }
  if (wantsW) {
    out.second = emptyLike(w.sizes(), w);
    compute(*weights, {{onednn::kSrc, operandOf(x)}, {onednn::kDiffDst, gradOutput}}, onednn::kDiffWeights, out.second);
  }
  return out;
}

}  // namespace radweave
