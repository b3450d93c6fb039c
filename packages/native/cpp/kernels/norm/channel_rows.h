// Arithmetic on feature maps in channels-last memory: `count` rows of `channels` floats. Results do not depend on the number
// of threads.
#pragma once

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

struct Gradients {
  float *x, *weight, *bias;
  float* added;  // null without a shortcut
};

// One pass over memory.
Statistics statistics(Rows rows, const float* x);

inline Scales scalesIn(float* buffer, int64_t channels) {
  return {buffer, buffer + channels, buffer + 2 * channels, buffer + 3 * channels};
}

void fillScales(const Scales& s, const Statistics& seen, const float* weight, const float* bias, double eps);

// y = max(0, normalised x + added); `added` may be null.
void normalise(Rows rows, const Scales& s, const float* x, const float* added, float* y);

// Gradients of `normalise`, statistics included; `y` is its result, only given and needed with a shortcut.
void differentiate(Rows rows, const Scales& s, const float* x, const float* y, const float* dy, const float* weight,
                   const Gradients& out);

}  // namespace radweave
