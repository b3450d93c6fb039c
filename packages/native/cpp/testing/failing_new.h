// Lets allocations fail on purpose.
#pragma once

namespace radweave::testing {

// While it lives, the operator new of this thread throws std::bad_alloc after `allowed` allocations.
struct FailingNew {
  explicit FailingNew(int allowed);
  ~FailingNew();
};

}  // namespace radweave::testing
