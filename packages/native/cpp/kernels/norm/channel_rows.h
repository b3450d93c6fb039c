// Arithmetic on feature maps in channels-last memory: `count` rows of `channels` numbers T, float or at::BFloat16. All is
// computed in float, whatever lies in memory. Results do not depend on the number of threads.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <vector>

namespace radweave {

struct Rows {
  int64_t count, channels;
};

// Of each channel; the variance is the biased one.
struct Statistics {
  std::vector<double> mean, variance;
};

// Each of `channels` floats: x normalised is x · factor + summand.
struct Scales {
  float *mean, *invStd, *factor, *summand;
};

template <typename T>
struct Gradients {
  T* x;
  float *weight, *bias;
  T* added;  // null without a shortcut
};

// One pass over memory.
template <typename T>
Statistics statistics(Rows rows, const T* x);

inline Scales scalesIn(float* buffer, int64_t channels) {
  return {buffer, buffer + channels, buffer + 2 * channels, buffer + 3 * channels};
}

void fillScales(const Scales& s, const Statistics& seen, const float* weight, const float* bias, double eps);

// y = max(0, normalised x + added); `added` may be null.
template <typename T>
void normalise(Rows rows, const Scales& s, const T* x, const T* added, T* y);

// Gradients of `normalise`, statistics included; `y` is its result, only given and needed with a shortcut.
template <typename T>
void differentiate(Rows rows, const Scales& s, const T* x, const T* y, const T* dy, const float* weight,
                   const Gradients<T>& out);

}  // namespace radweave
