// Runs the tests of the group that the argument names, one line each.
#include <cstdio>
#include <string>

#include "testing/test.h"

int main(int count, char** arguments) {
  const std::string group = count > 1 ? arguments[1] : "";
  int passed = 0, failed = 0;
  for (const auto& test : radweave::testing::tests()) {
    if (test.group != group) continue;
    std::string fault;
    try {
      test.body();
    } catch (const std::exception& error) {
      fault = error.what();
    }
    ++(fault.empty() ? passed : failed);
    std::printf("%s %s%s%s\n", fault.empty() ? "ok" : "FAILED", test.name.c_str(), fault.empty() ? "" : ": ", fault.c_str());
    std::fflush(stdout);
  }
  std::printf("%s: %d passed, %d failed\n", group.c_str(), passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
