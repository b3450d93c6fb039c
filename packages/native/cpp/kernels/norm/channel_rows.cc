#include "channel_rows.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "threads.h"
#include "vectors.h"

namespace radweave {
namespace {

using In = const float* RADWEAVE_RESTRICT;
using Out = float* RADWEAVE_RESTRICT;

// Rows are summed up in float32 by chunks that stay in a core's cache, chunks in float64.
constexpr int64_t kChunk = 65536, kFewestRows = 16, kMostRows = 256;
// Parts with sums of their own, whatever the number of threads: results are the same for all.
constexpr int64_t kMostGroups = 64;
// Floats that are worth a thread.
constexpr int64_t kGrain = 32768;

int64_t chunkOf(Rows rows) { return std::clamp(kChunk / rows.channels, kFewestRows, kMostRows); }

int64_t groupsOf(Rows rows) { return std::min(kMostGroups, (rows.count + chunkOf(rows) - 1) / chunkOf(rows)); }

// Calls body(group, from, to) for every chunk of every group, groups in parallel.
template <typename Body>
void byChunks(Rows rows, const Body& body) {
  const int64_t groups = groupsOf(rows), size = (rows.count + groups - 1) / groups, chunk = chunkOf(rows);
  parallelFor(groups, 1, [&](int64_t group, int64_t) {
    const int64_t end = std::min(rows.count, (group + 1) * size);
    for (int64_t from = group * size; from < end; from += chunk) body(group, from, std::min(end, from + chunk));
  });
}

template <typename Body>
void byRows(Rows rows, const Body& body) {
  parallelFor(rows.count, std::max<int64_t>(1, kGrain / rows.channels), body);
}

RADWEAVE_TARGET_CLONES void addRows(int64_t rows, int64_t channels, In x, Out sum) {
  for (int64_t r = 0; r < rows; ++r, x += channels) {
    for (int64_t c = 0; c < channels; ++c) sum[c] += x[c];
  }
}

RADWEAVE_TARGET_CLONES void addSquares(int64_t rows, int64_t channels, In x, In mean, Out sum) {
  for (int64_t r = 0; r < rows; ++r, x += channels) {
    for (int64_t c = 0; c < channels; ++c) sum[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
  }
}

RADWEAVE_TARGET_CLONES void reluRows(int64_t rows, int64_t channels, In x, In factor, In summand, Out y) {
  for (int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = x[c] * factor[c] + summand[c];
      y[c] = value < 0 ? 0 : value;
    }
  }
}

RADWEAVE_TARGET_CLONES void addReluRows(int64_t rows, int64_t channels, In x, In factor, In summand, In added, Out y) {
  for (int64_t r = 0; r < rows; ++r, x += channels, added += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = x[c] * factor[c] + summand[c] + added[c];
      y[c] = value < 0 ? 0 : value;
    }
  }
}

// Sums of the gradient where ReLU let values through, and of its products with the centred x.
RADWEAVE_TARGET_CLONES void addGradients(int64_t rows, int64_t channels, In x, In dy, In mean, In factor, In summand, Out sum,
                                Out product) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float gradient = dy[c], g = x[c] * factor[c] + summand[c] > 0 ? gradient : 0;
      sum[c] += g;
      product[c] += g * (x[c] - mean[c]);
    }
  }
}

// The same, told by the result, writing the gradient that was let through.
RADWEAVE_TARGET_CLONES void addAndKeepGradients(int64_t rows, int64_t channels, In x, In dy, In y, In mean, Out kept, Out sum,
                                       Out product) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels, y += channels, kept += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float gradient = dy[c], g = y[c] > 0 ? gradient : 0;
      kept[c] = g;
      sum[c] += g;
      product[c] += g * (x[c] - mean[c]);
    }
  }
}

// dx = (g − (x − mean) · slope − level) · scale
RADWEAVE_TARGET_CLONES void gradientRows(int64_t rows, int64_t channels, In x, In g, In mean, In slope, In level, In scale,
                                Out dx) {
  for (int64_t r = 0; r < rows; ++r, x += channels, g += channels, dx += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      dx[c] = (g[c] - (x[c] - mean[c]) * slope[c] - level[c]) * scale[c];
    }
  }
}

RADWEAVE_TARGET_CLONES void reluGradientRows(int64_t rows, int64_t channels, In x, In dy, In factor, In summand, In mean,
                                    In slope, In level, In scale, Out dx) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels, dx += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float gradient = dy[c], g = x[c] * factor[c] + summand[c] > 0 ? gradient : 0;
      dx[c] = (g - (x[c] - mean[c]) * slope[c] - level[c]) * scale[c];
    }
  }
}

// Count, mean and sum of squared distances from it: Chan, Golub and LeVeque's update, exact for any order of magnitude.
struct Moments {
  explicit Moments(int64_t channels) : mean(channels), squares(channels) {}

  template <typename Mean, typename Squares>
  void add(int64_t more, const Mean& otherMean, const Squares& otherSquares) {
    const double total = static_cast<double>(count + more), share = static_cast<double>(more) / total;
    for (size_t c = 0; c < mean.size(); ++c) {
      const double distance = otherMean[c] - mean[c];
      mean[c] += distance * share;
      squares[c] += otherSquares[c] + distance * distance * static_cast<double>(count) * share;
    }
    count += more;
  }

  int64_t count = 0;
  std::vector<double> mean, squares;
};

}  // namespace

Statistics statistics(Rows rows, const float* x) {
  const int64_t channels = rows.channels;
  std::vector<Moments> groups(groupsOf(rows), Moments(channels));
  byChunks(rows, [&](int64_t group, int64_t from, int64_t to) {
    std::vector<float> mean(channels), squares(channels);
    addRows(to - from, channels, x + from * channels, mean.data());
    for (float& value : mean) value /= static_cast<float>(to - from);
    addSquares(to - from, channels, x + from * channels, mean.data(), squares.data());
    groups[group].add(to - from, mean, squares);
  });
  Moments all(channels);
  for (const Moments& group : groups) {
    if (group.count > 0) all.add(group.count, group.mean, group.squares);
  }
  for (double& value : all.squares) value /= static_cast<double>(rows.count);
  return {std::move(all.mean), std::move(all.squares)};
}

void fillScales(const Scales& s, const Statistics& seen, const float* weight, const float* bias, double eps) {
  for (size_t c = 0; c < seen.mean.size(); ++c) {
    const double invStd = 1 / std::sqrt(seen.variance[c] + eps), factor = weight[c] * invStd;
    s.mean[c] = static_cast<float>(seen.mean[c]);
    s.invStd[c] = static_cast<float>(invStd);
    s.factor[c] = static_cast<float>(factor);
    s.summand[c] = static_cast<float>(bias[c] - seen.mean[c] * factor);
  }
}

void normalise(Rows rows, const Scales& s, const float* x, const float* added, float* y) {
  byRows(rows, [&](int64_t from, int64_t to) {
    const int64_t at = from * rows.channels;
    if (added == nullptr) {
      reluRows(to - from, rows.channels, x + at, s.factor, s.summand, y + at);
    } else {
      addReluRows(to - from, rows.channels, x + at, s.factor, s.summand, added + at, y + at);
    }
  });
}

void differentiate(Rows rows, const Scales& s, const float* x, const float* y, const float* dy, const float* weight,
                   const Gradients& out) {
  const int64_t channels = rows.channels, groups = groupsOf(rows);
  std::vector<double> sums(2 * groups * channels);
  byChunks(rows, [&](int64_t group, int64_t from, int64_t to) {
    std::vector<float> sum(channels), product(channels);
    const int64_t at = from * channels;
    if (y == nullptr) {
      addGradients(to - from, channels, x + at, dy + at, s.mean, s.factor, s.summand, sum.data(), product.data());
    } else {
      addAndKeepGradients(to - from, channels, x + at, dy + at, y + at, s.mean, out.added + at, sum.data(),
                          product.data());
    }
    double* total = sums.data() + 2 * group * channels;
    for (int64_t c = 0; c < channels; ++c) {
      total[c] += sum[c];
      total[channels + c] += product[c];
    }
  });
  std::vector<float> slope(channels), level(channels), scale(channels);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0, product = 0;
    for (int64_t group = 0; group < groups; ++group) {
      sum += sums[2 * group * channels + c];
      product += sums[(2 * group + 1) * channels + c];
    }
    const double count = static_cast<double>(rows.count), invStd = s.invStd[c];
    out.weight[c] = static_cast<float>(product * invStd);
    out.bias[c] = static_cast<float>(sum);
    slope[c] = static_cast<float>(product * invStd * invStd / count);
    level[c] = static_cast<float>(sum / count);
    scale[c] = static_cast<float>(weight[c] * invStd);
  }
  byRows(rows, [&](int64_t from, int64_t to) {
    const int64_t at = from * channels;
    if (y == nullptr) {
      reluGradientRows(to - from, channels, x + at, dy + at, s.factor, s.summand, s.mean, slope.data(), level.data(),
                       scale.data(), out.x + at);
    } else {
      gradientRows(to - from, channels, x + at, out.added + at, s.mean, slope.data(), level.data(), scale.data(),
                   out.x + at);
    }
  });
}

}  // namespace radweave
