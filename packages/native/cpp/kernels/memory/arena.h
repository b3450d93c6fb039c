#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "kernels.h"

namespace radweave {

// Memory for big blocks, cut from one range of addresses. Freed neighbours become one free range, so that what the layers
// of a forward pass leave behind piece by piece is there for the large gradients of the backward pass: blocks that
// were each kept at their own size held a third more. Freed memory stays with the process for the next step (returning
// it costs hundreds of thousands of page faults), but live and free together never exceed the largest live use by more
// than half.
class Arena {
 public:
  // `room` says how many bytes this process may still take.
  explicit Arena(size_t (*room)()) : room_(room) {}
  // Null when there is no memory.
  void* take(size_t size) noexcept;
  // Never fails, as what frees a tensor must not: the entry that the free range needs was made by `take`.
  void give(void* block, size_t size) noexcept;
  // Returns all that is free to the system.
  void clear();
  MemoryUse use();

 private:
  struct Range {
    size_t size;
    size_t resident;  // at most so many of its bytes hold memory
  };
  using Ranges = std::map<size_t, Range>;                // by offset
  using Sizes = std::set<std::pair<size_t, size_t>>;     // size and offset
  // What both tables need for one free range.
  struct Entry {
    Ranges::node_type range;
    Sizes::node_type size;
  };

  static Entry makeEntry();
  bool extend(size_t size);
  bool commit(size_t end);
  bool affords(size_t bytes);
  void insert(size_t offset, Range range, Entry entry) noexcept;
  Range remove(Ranges::iterator range, Entry* entry = nullptr) noexcept;
  void purge() noexcept;

  size_t (*const room_)();
  std::mutex mutex_;
  Ranges free_;
  Sizes bySize_;
  std::vector<Entry> spare_;  // one for each live block
  char* base_ = nullptr;
  size_t reserved_ = 0;   // addresses
  size_t committed_ = 0;  // of them, from the start, those that may be touched
  size_t end_ = 0;        // of the last block or free range
  size_t live_ = 0, cached_ = 0, peak_ = 0;
  size_t allowance_ = 0;  // may be touched before `room_` is asked again
};

}  // namespace radweave
