#include "binding/modes.h"

#include "testing/test.h"

namespace {

std::vector<int> left;

struct Numbered : radweave::Mode {
  explicit Numbered(int number) : number(number) {}
  ~Numbered() override { left.push_back(number); }
  int number;
};

}  // namespace

TEST("plain", "modes that nobody left are left at the end in reverse order") {
  left.clear();
  {
    radweave::Modes modes;
    for (const int number : {1, 2, 3, 4}) modes.enter<Numbered>(number);
    modes.leave();
    EXPECT(left == std::vector<int>{4});
  }
  EXPECT((left == std::vector<int>{4, 3, 2, 1}));
}

TEST("plain", "no mode can be left that was not entered") {
  radweave::Modes modes;
  EXPECT_EQUAL(radweave::testing::thrownBy([&] { modes.leave(); }), "no mode to leave");
}
