// Batch norm, the addition of a shortcut and ReLU as one operator: max(0, norm(x) + added). libtorch reads and writes every
// feature map up to nine times for these three, forward and backward; in training with float32 or bfloat16 in channels-last
// memory this takes five to seven, and rounds bfloat16 once. Anything else is left to libtorch's own operators.
#include "batch_norm.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <stdexcept>

#include "channel_rows.h"
#include "threads.h"

namespace radweave {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using MaybeTensor = c10::optional<at::Tensor>;

bool isThere(const MaybeTensor& t) { return t.has_value() && t->defined(); }

bool isOf(const at::Tensor& t, at::ScalarType type) {
  return t.device().is_cpu() && t.scalar_type() == type && t.layout() == at::kStrided;
}

bool isRows(const at::Tensor& t) {
  return (isOf(t, at::kFloat) || isOf(t, at::kBFloat16)) && t.dim() == 4 && t.numel() > 0 &&
         t.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool isVector(const MaybeTensor& t, int64_t size) {
  return isThere(t) && isOf(*t, at::kFloat) && t->dim() == 1 && t->size(0) == size && t->is_contiguous();
}

bool isSupported(const at::Tensor& x, const MaybeTensor& added, const MaybeTensor& weight, const MaybeTensor& bias,
            const MaybeTensor& mean, const MaybeTensor& variance, bool training) {
  if (!training || !hasThreads() || !isRows(x)) return false;
  const int64_t channels = x.size(1);
  return isVector(weight, channels) && isVector(bias, channels) && isVector(mean, channels) &&
         isVector(variance, channels) && (!isThere(added) ||
          (isRows(*added) && added->scalar_type() == x.scalar_type() && added->sizes() == x.sizes()));
}

Rows rowsOf(const at::Tensor& t) { return {t.numel() / t.size(1), t.size(1)}; }

// Of an undefined tensor null.
template <typename T = float>
T* numbers(const at::Tensor& t) {
  return t.defined() ? t.data_ptr<T>() : nullptr;
}

// Calls body(T()) for the type T of a tensor of floats or bfloat16.
template <typename Body>
auto ofType(const at::Tensor& t, const Body& body) {
  return t.scalar_type() == at::kFloat ? body(float()) : body(at::BFloat16());
}

// The running variance is the unbiased one, as everywhere in torch. No version is counted, as in libtorch's own batch norm:
// autograd must see the same.
void updateRunning(const at::Tensor& mean, const at::Tensor& variance, const Statistics& seen, int64_t count,
                   double momentum) {
  float* m = mean.data_ptr<float>();
  float* v = variance.data_ptr<float>();
  for (size_t c = 0; c < seen.mean.size(); ++c) {
    const double unbiased = seen.variance[c] * static_cast<double>(count) / static_cast<double>(count - 1);
    m[c] = static_cast<float>((1 - momentum) * m[c] + momentum * seen.mean[c]);
    v[c] = static_cast<float>((1 - momentum) * v[c] + momentum * unbiased);
  }
}

struct BatchNormRelu : torch::autograd::Function<BatchNormRelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const MaybeTensor& added,
                            const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& runningMean,
                            const at::Tensor& runningVariance, double momentum, double eps) {
    const Rows rows = rowsOf(x);
    const Statistics seen = ofType(x, [&](auto one) { return statistics(rows, numbers<decltype(one)>(x)); });
    updateRunning(runningMean, runningVariance, seen, rows.count, momentum);
    // [4, C]: mean, 1 / standard deviation, and the factor and the summand that normalise.
    at::Tensor scales = at::empty({4, rows.channels}, weight.options());
    const Scales s = scalesIn(scales.data_ptr<float>(), rows.channels);
    fillScales(s, seen, numbers(weight), numbers(bias), eps);
    at::Tensor y = at::empty(x.sizes(), x.options().memory_format(at::MemoryFormat::ChannelsLast));
    const at::Tensor shortcut = isThere(added) ? *added : at::Tensor();
    ofType(x, [&](auto one) {
      using T = decltype(one);
      normalise<T>(rows, s, numbers<T>(x), numbers<T>(shortcut), numbers<T>(y));
    });
    // Without a shortcut x tells which results are 0.
    context->save_for_backward({x, scales, weight, shortcut.defined() ? y : at::Tensor()});
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    // Shown by profiles, which do not know the name of a node of autograd's.
    RECORD_FUNCTION("radweave::batch_norm_relu_backward", std::vector<c10::IValue>{});
    if (at::GradMode::is_enabled()) throw std::runtime_error("batch_norm_relu cannot be differentiated twice");
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scales = saved[1], &weight = saved[2], &y = saved[3];
    const Rows rows = rowsOf(x);
    const Scales s = scalesIn(scales.data_ptr<float>(), rows.channels);
    const at::Tensor dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor added = y.defined() ? at::empty_like(x) : at::Tensor();
    at::Tensor dx = at::empty_like(x), dw = at::empty_like(weight), db = at::empty_like(weight);
    ofType(x, [&](auto one) {
      using T = decltype(one);
      const Gradients<T> out{numbers<T>(dx), numbers(dw), numbers(db), numbers<T>(added)};
      differentiate<T>(rows, s, numbers<T>(x), numbers<T>(y), numbers<T>(dy), numbers(weight), out);
    });
    return {dx, added, dw, db, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// The unbiased variance of one value is 0 / 0, which would stay in the running variance.
void requireSeveralValues(const at::Tensor& x, bool training) {
  TORCH_CHECK(!training || x.dim() < 2 || x.numel() == 0 || x.numel() > x.size(1),
              "batch norm needs more than one value per channel in training, got input size ", x.sizes());
}

at::Tensor composed(const at::Tensor& x, const MaybeTensor& added, const MaybeTensor& weight, const MaybeTensor& bias,
                    const MaybeTensor& runningMean, const MaybeTensor& runningVariance, bool training,
                    double momentum, double eps) {
  requireSeveralValues(x, training);
  at::Tensor y = at::batch_norm(x, weight, bias, runningMean, runningVariance, training, momentum, eps, true);
  if (isThere(added)) y.add_(*added);
  return y.relu_();
}

at::Tensor fusedWhereSupported(const at::Tensor& x, const MaybeTensor& added, const MaybeTensor& weight,
                               const MaybeTensor& bias, const MaybeTensor& runningMean,
                               const MaybeTensor& runningVariance, bool training, double momentum, double eps) {
  if (!isSupported(x, added, weight, bias, runningMean, runningVariance, training)) {
    return composed(x, added, weight, bias, runningMean, runningVariance, training, momentum, eps);
  }
  requireSeveralValues(x, training);
  return BatchNormRelu::apply(x, added, *weight, *bias, *runningMean, *runningVariance, momentum, eps);
}

}  // namespace

void installBatchNormRelu(bool fused) {
  // Never destroyed: at exit other threads may still compute.
  static auto* const library = new torch::Library(torch::Library::DEF, "radweave", c10::nullopt, __FILE__, __LINE__);
  constexpr auto schema =
      "batch_norm_relu(Tensor x, Tensor? added, Tensor? weight, Tensor? bias, Tensor? running_mean, "
      "Tensor? running_var, bool training, float momentum, float eps) -> Tensor";
  if (fused) {
    library->def(schema, TORCH_FN(fusedWhereSupported));
  } else {
    library->def(schema, TORCH_FN(composed));
  }
}

}  // namespace radweave
