#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace radweave {

struct AllocatorStats {
  size_t live, cached, peak;
};

// Memory for big blocks, cut from one range of addresses. Freed neighbours become one free range, so that what the layers
// of a forward pass leave behind piece by piece is there for the large gradients of the backward pass: blocks that
// were each kept at their own size held a third more. Freed memory stays with the process for the next step (returning
// it costs hundreds of thousands of page faults), but live and free together never exceed the largest live use by more
// than half.
class Arena {
 public:
  // Null when there is no memory.
  void* take(size_t size);
  void give(void* block, size_t size);
  // Returns all that is free to the system.
  void clear();
  AllocatorStats stats();

 private:
  struct Range {
    size_t size;
    size_t resident;  // at most so many of its bytes hold memory
  };
  using Ranges = std::map<size_t, Range>;  // by offset

  bool extend(size_t size);
  bool commit(size_t end);
  void insert(size_t offset, Range range);
  Range remove(Ranges::iterator range);
  void purge();

  std::mutex mutex_;
  Ranges free_;
  std::set<std::pair<size_t, size_t>> bySize_;  // size and offset of each free range
  char* base_ = nullptr;
  size_t reserved_ = 0;   // addresses
  size_t committed_ = 0;  // of them, from the start, those that may be touched
  size_t end_ = 0;        // of the last block or free range
  size_t live_ = 0, cached_ = 0, peak_ = 0;
};

}  // namespace radweave
