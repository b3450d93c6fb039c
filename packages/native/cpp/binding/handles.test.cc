#include "binding/handles.h"

#include <memory>

#include "testing/test.h"

using radweave::HandleTable;
using radweave::testing::thrownBy;

TEST("plain", "a handle finds its value; a stale, a made-up and another table's one are errors") {
  HandleTable<int> table("number", 7), other("number", 8);
  const double first = table.add(11), second = table.add(12);
  EXPECT_EQUAL(table.get(first), 11);
  EXPECT_EQUAL(table.take(first), 11);
  EXPECT_EQUAL(table.live(), size_t{1});
  const double foreign = other.add(5);
  for (const double wrong : {first, second + 0.5, second + 1, -1.0, 1e300, foreign, 0.0 / 0.0}) {
    EXPECT_EQUAL(thrownBy([&] { table.get(wrong); }), "this number was disposed, or is not of this thread");
  }
  EXPECT_EQUAL(table.get(second), 12);
}

TEST("plain", "a stale handle is refused until its slot was used again 2^20 - 1 times") {
  HandleTable<int> table("number", 1);
  const double stale = table.add(1);
  table.take(stale);
  constexpr int kGenerations = (1 << 20) - 1;
  for (int i = 1; i < kGenerations; ++i) {
    const double handle = table.add(i);
    EXPECT(handle != stale);
    table.take(handle);
  }
  EXPECT(thrownBy([&] { table.get(stale); }) != "nothing");
  EXPECT_EQUAL(table.add(2), stale);
}

TEST("plain", "what is taken is destroyed by the taker, and nothing of it stays in the table") {
  HandleTable<std::shared_ptr<int>> table("pointer", 1);
  const auto value = std::make_shared<int>(3);
  const double handle = table.add(value);
  EXPECT_EQUAL(value.use_count(), 2);
  table.take(handle);
  EXPECT_EQUAL(value.use_count(), 1);
}
