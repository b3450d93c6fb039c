#include "channel_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "threads.h"
#include "vectors.h"

namespace radweave {
namespace {

template <typename T>
using In = const T* RADWEAVE_RESTRICT;
template <typename T>
using Out = T* RADWEAVE_RESTRICT;

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

RADWEAVE_INLINE float number(float value) { return value; }

RADWEAVE_INLINE float number(at::BFloat16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.x) << 16;
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

RADWEAVE_INLINE void write(float value, float& to) { to = value; }

// To the nearest, of two the even one, as libtorch. What is no number stays so: rounding could carry it away.
RADWEAVE_INLINE void write(float value, at::BFloat16& to) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  to.x = static_cast<uint16_t>(value == value ? rounded : 0x7fc0);
}

template <typename T>
RADWEAVE_INLINE void addRowsOf(int64_t rows, int64_t channels, In<T> x, Out<float> sum) {
  for (int64_t r = 0; r < rows; ++r, x += channels) {
    for (int64_t c = 0; c < channels; ++c) sum[c] += number(x[c]);
  }
}

template <typename T>
RADWEAVE_INLINE void addSquaresOf(int64_t rows, int64_t channels, In<T> x, In<float> mean, Out<float> sum) {
  for (int64_t r = 0; r < rows; ++r, x += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float distance = number(x[c]) - mean[c];
      sum[c] += distance * distance;
    }
  }
}

template <typename T>
RADWEAVE_INLINE void reluRowsOf(int64_t rows, int64_t channels, In<T> x, In<float> factor, In<float> summand, Out<T> y) {
  for (int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = number(x[c]) * factor[c] + summand[c];
      write(value < 0 ? 0 : value, y[c]);
    }
  }
}

template <typename T>
RADWEAVE_INLINE void addReluRowsOf(int64_t rows, int64_t channels, In<T> x, In<float> factor, In<float> summand, In<T> added,
                                   Out<T> y) {
  for (int64_t r = 0; r < rows; ++r, x += channels, added += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = number(x[c]) * factor[c] + summand[c] + number(added[c]);
      write(value < 0 ? 0 : value, y[c]);
    }
  }
}

// Sums of the gradient where ReLU let values through, and of its products with the centred x.
template <typename T>
RADWEAVE_INLINE void addGradientsOf(int64_t rows, int64_t channels, In<T> x, In<T> dy, In<float> mean, In<float> factor,
                                    In<float> summand, Out<float> sum, Out<float> product) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = number(x[c]), gradient = number(dy[c]), g = value * factor[c] + summand[c] > 0 ? gradient : 0;
      sum[c] += g;
      product[c] += g * (value - mean[c]);
    }
  }
}

// The same, told by the result, writing the gradient that was let through.
template <typename T>
RADWEAVE_INLINE void addAndKeepGradientsOf(int64_t rows, int64_t channels, In<T> x, In<T> dy, In<T> y, In<float> mean,
                                           Out<T> kept, Out<float> sum, Out<float> product) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels, y += channels, kept += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float gradient = number(dy[c]), g = number(y[c]) > 0 ? gradient : 0;
      write(g, kept[c]);
      sum[c] += g;
      product[c] += g * (number(x[c]) - mean[c]);
    }
  }
}

// dx = (g − (x − mean) · slope − level) · scale
template <typename T>
RADWEAVE_INLINE void gradientRowsOf(int64_t rows, int64_t channels, In<T> x, In<T> g, In<float> mean, In<float> slope,
                                    In<float> level, In<float> scale, Out<T> dx) {
  for (int64_t r = 0; r < rows; ++r, x += channels, g += channels, dx += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      write((number(g[c]) - (number(x[c]) - mean[c]) * slope[c] - level[c]) * scale[c], dx[c]);
    }
  }
}

template <typename T>
RADWEAVE_INLINE void reluGradientRowsOf(int64_t rows, int64_t channels, In<T> x, In<T> dy, In<float> factor,
                                        In<float> summand, In<float> mean, In<float> slope, In<float> level,
                                        In<float> scale, Out<T> dx) {
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels, dx += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float value = number(x[c]), gradient = number(dy[c]), g = value * factor[c] + summand[c] > 0 ? gradient : 0;
      write((g - (value - mean[c]) * slope[c] - level[c]) * scale[c], dx[c]);
    }
  }
}

// A template cannot be compiled for several CPUs: what these functions take in can.
#define RADWEAVE_CLONES_OF(T)                                                                                              \
  RADWEAVE_TARGET_CLONES void addRows(int64_t n, int64_t c, In<T> x, Out<float> sum) { addRowsOf<T>(n, c, x, sum); }        \
  RADWEAVE_TARGET_CLONES void addSquares(int64_t n, int64_t c, In<T> x, In<float> mean, Out<float> sum) {                \
    addSquaresOf<T>(n, c, x, mean, sum);                                                                                   \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void reluRows(int64_t n, int64_t c, In<T> x, const Scales& s, Out<T> y) {                          \
    reluRowsOf<T>(n, c, x, s.factor, s.summand, y);                                                                        \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void addReluRows(int64_t n, int64_t c, In<T> x, const Scales& s, In<T> added, Out<T> y) {       \
    addReluRowsOf<T>(n, c, x, s.factor, s.summand, added, y);                                                              \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void addGradients(int64_t n, int64_t c, In<T> x, In<T> dy, const Scales& s, Out<float> sum,     \
                                           Out<float> product) {                                                               \
    addGradientsOf<T>(n, c, x, dy, s.mean, s.factor, s.summand, sum, product);                                             \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void addAndKeepGradients(int64_t n, int64_t c, In<T> x, In<T> dy, In<T> y,               \
                                                  const Scales& s, Out<T> kept, Out<float> sum, Out<float> product) {                  \
    addAndKeepGradientsOf<T>(n, c, x, dy, y, s.mean, kept, sum, product);                                                  \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void gradientRows(int64_t n, int64_t c, In<T> x, In<T> g, const Scales& s,                  \
                                           const Slopes& by, Out<T> dx) {                                                      \
    gradientRowsOf<T>(n, c, x, g, s.mean, by.slope.data(), by.level.data(), by.scale.data(), dx);                          \
  }                                                                                                                        \
  RADWEAVE_TARGET_CLONES void reluGradientRows(int64_t n, int64_t c, In<T> x, In<T> dy, const Scales& s,             \
                                               const Slopes& by, Out<T> dx) {                                                  \
    reluGradientRowsOf<T>(n, c, x, dy, s.factor, s.summand, s.mean, by.slope.data(), by.level.data(), by.scale.data(),     \
                          dx);                                                                                             \
  }

// What gradients of a channel are computed with: see gradientRowsOf.
struct Slopes {
  explicit Slopes(int64_t channels) : slope(channels), level(channels), scale(channels) {}
  std::vector<float> slope, level, scale;
};

RADWEAVE_CLONES_OF(float)
RADWEAVE_CLONES_OF(at::BFloat16)
#undef RADWEAVE_CLONES_OF

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

template <typename T>
Statistics statistics(Rows rows, const T* x) {
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

template <typename T>
void normalise(Rows rows, const Scales& s, const T* x, const T* added, T* y) {
  byRows(rows, [&](int64_t from, int64_t to) {
    const int64_t at = from * rows.channels;
    if (added == nullptr) {
      reluRows(to - from, rows.channels, x + at, s, y + at);
    } else {
      addReluRows(to - from, rows.channels, x + at, s, added + at, y + at);
    }
  });
}

template <typename T>
void differentiate(Rows rows, const Scales& s, const T* x, const T* y, const T* dy, const float* weight,
                   const Gradients<T>& out) {
  const int64_t channels = rows.channels, groups = groupsOf(rows);
  std::vector<double> sums(2 * groups * channels);
  byChunks(rows, [&](int64_t group, int64_t from, int64_t to) {
    std::vector<float> sum(channels), product(channels);
    const int64_t at = from * channels;
    if (y == nullptr) {
      addGradients(to - from, channels, x + at, dy + at, s, sum.data(), product.data());
    } else {
      addAndKeepGradients(to - from, channels, x + at, dy + at, y + at, s, out.added + at, sum.data(), product.data());
    }
    double* total = sums.data() + 2 * group * channels;
    for (int64_t c = 0; c < channels; ++c) {
      total[c] += sum[c];
      total[channels + c] += product[c];
    }
  });
  Slopes by(channels);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0, product = 0;
    for (int64_t group = 0; group < groups; ++group) {
      sum += sums[2 * group * channels + c];
      product += sums[(2 * group + 1) * channels + c];
    }
    const double count = static_cast<double>(rows.count), invStd = s.invStd[c];
    out.weight[c] = static_cast<float>(product * invStd);
    out.bias[c] = static_cast<float>(sum);
    by.slope[c] = static_cast<float>(product * invStd * invStd / count);
    by.level[c] = static_cast<float>(sum / count);
    by.scale[c] = static_cast<float>(weight[c] * invStd);
  }
  byRows(rows, [&](int64_t from, int64_t to) {
    const int64_t at = from * channels;
    if (y == nullptr) {
      reluGradientRows(to - from, channels, x + at, dy + at, s, by, out.x + at);
    } else {
      gradientRows(to - from, channels, x + at, out.added + at, s, by, out.x + at);
    }
  });
}

#define RADWEAVE_ROWS_OF(T)                                                             \
  template Statistics statistics(Rows, const T*);                                       \
  template void normalise(Rows, const Scales&, const T*, const T*, T*);                 \
  template void differentiate(Rows, const Scales&, const T*, const T*, const T*, const float*, const Gradients<T>&);
RADWEAVE_ROWS_OF(float)
RADWEAVE_ROWS_OF(at::BFloat16)
#undef RADWEAVE_ROWS_OF

}  // namespace radweave
