#include "threads.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <new>
#include <stdexcept>
#include <vector>

#include "testing/test.h"

using radweave::parallelFor;
using radweave::testing::thrownBy;

TEST("plain", "ranges make up the whole, each once") {
  for (const int threads : {1, 3}) {
    at::set_num_threads(threads);
    for (const int64_t count : {0, 1, 7, 64, 1001}) {
      std::vector<std::atomic<int>> visits(count);
      parallelFor(count, 7, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) ++visits[i];
      });
      for (const auto& times : visits) EXPECT_EQUAL(times.load(), 1);
    }
  }
}

TEST("plain", "what a body throws reaches the caller, from any thread, and the threads go on working") {
  EXPECT(radweave::hasThreads());
  for (const int threads : {1, 4}) {
    at::set_num_threads(threads);
    for (const int64_t bad : {0, 1, 500, 999}) {
      EXPECT_EQUAL(thrownBy([&] {
                    parallelFor(1000, 1, [&](int64_t from, int64_t) {
                      if (from == bad) throw std::runtime_error("of the body");
                    });
                  }),
                  "of the body");
    }
    EXPECT_EQUAL(thrownBy([] { parallelFor(64, 1, [](int64_t, int64_t) { throw std::bad_alloc(); }); }),
                std::bad_alloc().what());
    std::atomic<int64_t> sum{0};
    parallelFor(100, 3, [&](int64_t from, int64_t to) { sum += to - from; });
    EXPECT_EQUAL(sum.load(), 100);
  }
}
