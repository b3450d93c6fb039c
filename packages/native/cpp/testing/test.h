// The least that tests need: TEST("group", "name") { EXPECT(…); }. A test ends at its first check that fails. Each group is
// a process of its own, since kernels are installed once in a process.
#pragma once

#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace radweave::testing {

struct Test {
  std::string group, name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Registered {
  Registered(const char* group, const char* name, std::function<void()> body) {
    tests().push_back({group, name, std::move(body)});
  }
};

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

// What a body throws, as text; "nothing" if it does not.
template <typename Body>
std::string thrownBy(const Body& body) {
  try {
    body();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

}  // namespace radweave::testing

#define RADWEAVE_JOIN_(a, b) a##b
#define RADWEAVE_JOIN(a, b) RADWEAVE_JOIN_(a, b)
#define TEST(group, name)                                                                        \
  static void RADWEAVE_JOIN(test, __LINE__)();                                                   \
  static const ::radweave::testing::Registered RADWEAVE_JOIN(registered, __LINE__)(              \
      group, name, RADWEAVE_JOIN(test, __LINE__));                                               \
  static void RADWEAVE_JOIN(test, __LINE__)()

#define EXPECT(condition)                                                                  \
  do {                                                                                    \
    if (!(condition)) ::radweave::testing::fail(__FILE__, __LINE__, "not so: " #condition); \
  } while (false)

#define EXPECT_EQUAL(left, right)                                                                        \
  do {                                                                                                  \
    const auto& l_ = (left);                                                                            \
    const auto& r_ = (right);                                                                           \
    if (!(l_ == r_)) {                                                                                  \
      std::ostringstream text_;                                                                         \
      text_ << #left " is " << l_ << ", not " << r_;                                                    \
      ::radweave::testing::fail(__FILE__, __LINE__, text_.str());                                       \
    }                                                                                                   \
  } while (false)

#define EXPECT_BELOW(value, limit)                                                                       \
  do {                                                                                                  \
    const auto v_ = (value);                                                                            \
    if (!(v_ < (limit))) {                                                                              \
      std::ostringstream text_;                                                                         \
      text_ << #value " is " << v_ << ", not below " << (limit);                                        \
      ::radweave::testing::fail(__FILE__, __LINE__, text_.str());                                       \
    }                                                                                                   \
  } while (false)
