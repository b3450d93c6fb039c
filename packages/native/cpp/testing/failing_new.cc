#include "testing/failing_new.h"

#include <cstdlib>
#include <new>

namespace {
thread_local int left = -1;  // below 0: any number
}

namespace radweave::testing {

FailingNew::FailingNew(int allowed) { left = allowed; }
FailingNew::~FailingNew() { left = -1; }

}  // namespace radweave::testing

void* operator new(std::size_t size) {
  if (left == 0) throw std::bad_alloc();
  if (left > 0) --left;
  if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
