// Random numbers and plain loops that kernels are compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace radweave::testing {

// As many as asked for and none beyond, so that a sanitizer sees the first float that is read or written too many.
inline std::vector<float> randomFloats(int64_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> out(static_cast<size_t>(count));
  for (float& value : out) value = uniform(generator);
  return out;
}

// Largest difference, by the largest value.
inline double relativeError(const std::vector<float>& found, const std::vector<double>& exact) {
  double difference = 0, largest = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    difference = std::max(difference, std::abs(found[i] - exact[i]));
    largest = std::max(largest, std::abs(exact[i]));
  }
  return found.size() == exact.size() && std::isfinite(difference) ? difference / largest : INFINITY;
}

}  // namespace radweave::testing
