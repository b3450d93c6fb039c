// Gradients that all processes have the mean of: libtorch's Reducer, which sends them in buckets while backward computes the others.
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "group.h"
#include "state.h"

namespace radweave::distributed {

struct Gradients {
  std::shared_ptr<Group> group;
  std::shared_ptr<c10d::Reducer> reducer;
};

namespace {

// The Reducer warns once where a gradient lies in memory otherwise than its bucket, as that of a convolution of one channel does:
// nobody can change it, and a copy of a few kilobytes is all that follows.
bool isOfStrides(const std::string& text) { return text.find("Grad strides do not match") != std::string::npos; }

struct OtherWarnings : c10::WarningHandler {
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override {
    if (!isOfStrides(std::string(warning.msg()))) c10::WarningHandler::process(warning);
  }
  void install() { c10::WarningUtils::set_warning_handler(this); }
#else
  void process(const c10::SourceLocation& where, const std::string& text, const bool verbatim) override {
    if (!isOfStrides(text)) c10::WarningHandler::process(where, text, verbatim);
  }
  void install() { c10::Warning::set_warning_handler(this); }
#endif
};

using Buckets = std::vector<std::vector<size_t>>;

// Its constructor has changed with libtorch: 1.13, 2.7, 2.8 and later. Dependent types let only the one that is there be compiled.
template <typename Reducer>
std::shared_ptr<Reducer> makeReducer(const std::vector<at::Tensor>& params, Buckets buckets,
                                     std::vector<size_t> limits, const c10::intrusive_ptr<c10d::ProcessGroup>& group) {
  const int64_t first = c10d::kDefaultFirstBucketBytes;
  const int64_t rest = c10d::kDefaultBucketBytesCap;
  const std::vector<bool> sparse(params.size(), false);
  const std::unordered_map<size_t, std::string> names;
  const std::vector<int64_t> caps;
  using Group = c10::intrusive_ptr<c10d::ProcessGroup>;
  using Names = std::unordered_map<size_t, std::string>;
  using Tensors = std::vector<at::Tensor>;
  using Bools = std::vector<bool>;
  using Sizes = std::vector<size_t>;
  if constexpr (std::is_constructible_v<Reducer, Tensors, Buckets, Group, Bools, int64_t, bool, bool, Names, int64_t, bool,
                                        bool, std::vector<int64_t>>) {
    return std::make_shared<Reducer>(params, buckets, group, sparse, rest, false, true, names, first, false, false, caps);
  } else if constexpr (std::is_constructible_v<Reducer, Tensors, Buckets, Sizes, Group, Bools, int64_t, bool, bool, Names,
                                               int64_t, bool, bool>) {
    return std::make_shared<Reducer>(params, buckets, limits, group, sparse, rest, false, true, names, first, false, false);
  } else {
    return std::make_shared<Reducer>(params, buckets, limits, group, sparse, rest, false, true, names, first);
  }
}

// openGradients(group, parameters) → handle: from now on backward leaves the mean of all processes' gradients, where it was announced
napi_value openGradients(Args& args) {
  State& s = state(args.env);
  auto group = s.groups.get(toDouble(args.env, args[0]));
  const auto params = tensorsOf(args.env, args[1]);
  auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(
      params, {c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap});
  // The last parameters get their gradients first.
  std::reverse(buckets.begin(), buckets.end());
  std::reverse(limits.begin(), limits.end());
  static OtherWarnings warnings;
  warnings.install();
  auto reducer = makeReducer<c10d::Reducer>(params, buckets, limits, group->processes);
  return number(args.env, s.gradients.add(std::make_shared<Gradients>(Gradients{group, std::move(reducer)})));
}

// prepareBackward(gradients): before a backward pass whose gradients are to be the mean; without it they stay each process's own
napi_value prepareBackward(Args& args) {
  c10d::Reducer& reducer = *state(args.env).gradients.get(toDouble(args.env, args[0]))->reducer;
  if (reducer.should_rebuild_buckets()) reducer.rebuild_buckets();
  reducer.prepare_for_backward({});
  return nullptr;
}

napi_value closeGradients(Args& args) {
  state(args.env).gradients.take(toDouble(args.env, args[0]));
  return nullptr;
}

}  // namespace

void registerGradients(napi_env env, napi_value exports) {
  exportFunction<openGradients>(env, exports, "openGradients");
  exportFunction<prepareBackward>(env, exports, "prepareBackward");
  exportFunction<closeGradients>(env, exports, "closeGradients");
}

}  // namespace radweave::distributed
