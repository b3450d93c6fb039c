#include "memory/arena.h"

#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "testing/failing_new.h"
#include "testing/test.h"

using radweave::Arena;
using radweave::testing::FailingNew;

namespace {

constexpr size_t kBlock = size_t{1} << 20;

size_t left = SIZE_MAX;
size_t room() { return left; }

}  // namespace

TEST("plain", "freed neighbours become one block again, and memory is used again") {
  Arena arena(room);
  std::vector<void*> blocks;
  for (int i = 0; i < 6; ++i) blocks.push_back(arena.take(kBlock));
  for (void* block : blocks) std::memset(block, 1, kBlock);
  for (const int i : {1, 3, 2}) arena.give(blocks[i], kBlock);
  EXPECT_EQUAL(arena.use().live, 3 * kBlock);
  EXPECT_EQUAL(arena.use().cached, 3 * kBlock);
  EXPECT_EQUAL(arena.take(3 * kBlock), blocks[1]);
  EXPECT_EQUAL(arena.use().cached, size_t{0});
  EXPECT_EQUAL(arena.use().peak, 6 * kBlock);
}

TEST("plain", "a block is freed even where nothing can be allocated") {
  Arena arena(room);
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(arena.take(kBlock));
  {
    const FailingNew failing(0);
    for (const int i : {0, 2, 4, 6, 5, 1, 3, 7}) arena.give(blocks[i], kBlock);
  }
  EXPECT_EQUAL(arena.use().live, size_t{0});
  EXPECT_EQUAL(arena.take(8 * kBlock), blocks[0]);
}

TEST("plain", "a block that cannot be entered is no memory, and leaves the arena as it was") {
  Arena arena(room);
  void* const first = arena.take(kBlock);
  void* const second = arena.take(kBlock);
  arena.give(first, kBlock);
  int refused = 0;
  for (int allowed = 0;; ++allowed) {
    void* block = nullptr;
    {
      const FailingNew failing(allowed);
      block = arena.take(kBlock / 2);
    }
    if (block != nullptr) {
      EXPECT_EQUAL(block, first);
      arena.give(block, kBlock / 2);
      break;
    }
    ++refused;
    EXPECT_EQUAL(arena.use().live, kBlock);
    EXPECT_EQUAL(arena.use().cached, kBlock);
  }
  EXPECT(refused > 0);
  EXPECT_EQUAL(arena.take(kBlock), first);
  arena.give(second, kBlock);
}

TEST("plain", "what is cleared is returned to the system and can be taken again") {
  Arena arena(room);
  void* block = arena.take(kBlock);
  std::memset(block, 1, kBlock);
  arena.give(block, kBlock);
  arena.clear();
  EXPECT_EQUAL(arena.use().cached, size_t{0});
  EXPECT_EQUAL(arena.take(kBlock), block);
  EXPECT_EQUAL(static_cast<char*>(block)[0], 0);
  EXPECT(arena.take(size_t{1} << 46) == nullptr);
}

TEST("plain", "memory that the system would end the process for is not taken, before what is cached was returned") {
  constexpr size_t kMegabytes = size_t{1} << 20;
  Arena arena(room);
  left = 1000 * kMegabytes;
  EXPECT(arena.take(940 * kMegabytes) == nullptr);
  void* const first = arena.take(300 * kMegabytes);
  EXPECT(first != nullptr);
  left = 700 * kMegabytes;
  arena.give(first, 300 * kMegabytes);
  EXPECT_EQUAL(arena.use().cached, 300 * kMegabytes);
  EXPECT(arena.take(1000 * kMegabytes) == nullptr);
  EXPECT_EQUAL(arena.use().cached, size_t{0});
  EXPECT(arena.take(600 * kMegabytes) != nullptr);
  left = SIZE_MAX;
}
