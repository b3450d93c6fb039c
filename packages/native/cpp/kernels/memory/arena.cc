#include "arena.h"

#include <algorithm>
#include <iterator>
#include <new>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace radweave {
namespace {

constexpr size_t kSlack = size_t{64} << 20;
// Addresses cost nothing. Where fewer are allowed, half as many are asked for until it works.
constexpr size_t kMostAddresses = size_t{1} << 40, kLeastAddresses = size_t{1} << 30;
constexpr size_t kStep = size_t{64} << 20;  // committed at a time

constexpr size_t roundUp(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

char* reserveAddresses(size_t size) {
#ifdef _WIN32
  return static_cast<char*>(VirtualAlloc(nullptr, size, MEM_RESERVE, PAGE_NOACCESS));
#else
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  void* found = mmap(nullptr, size, PROT_NONE, flags, -1, 0);
  return found == MAP_FAILED ? nullptr : static_cast<char*>(found);
#endif
}

bool commitPages(char* from, size_t size) {
#ifdef _WIN32
  return VirtualAlloc(from, size, MEM_COMMIT, PAGE_READWRITE) != nullptr;
#else
  if (mprotect(from, size, PROT_READ | PROT_WRITE) != 0) return false;
#ifdef MADV_HUGEPAGE
  madvise(from, size, MADV_HUGEPAGE);
#endif
  return true;
#endif
}

// The addresses stay usable; what was written there is gone.
void returnPages(char* from, size_t size) {
#ifdef _WIN32
  VirtualAlloc(from, size, MEM_RESET, PAGE_READWRITE);
#else
  madvise(from, size, MADV_DONTNEED);
#endif
}

}  // namespace

void* Arena::take(size_t size) noexcept try {
  std::lock_guard<std::mutex> lock(mutex_);
  // All that may fail comes before the first change. The block's own entry, for when it is freed:
  Entry own = makeEntry();
  if (spare_.size() == spare_.capacity()) spare_.reserve(2 * spare_.size() + 16);
  auto fit = bySize_.lower_bound({size, 0});
  if (fit == bySize_.end()) {
    const size_t peak = std::max(peak_, live_ + size);
    if (live_ + cached_ + size > peak + peak / 2 + kSlack) purge();
    if (!extend(size)) return nullptr;
    fit = bySize_.lower_bound({size, 0});
  }
  const size_t offset = fit->second;
  const Range& found = free_.find(offset)->second;
  if (size > found.resident && !affords(size - found.resident)) {
    purge();
    if (!affords(size)) return nullptr;
  }
  Entry entry;
  const Range range = remove(free_.find(offset), &entry);
  const size_t rest = range.size - size;
  if (rest > 0) insert(offset + size, {rest, std::min(rest, range.resident)}, std::move(entry));
  spare_.push_back(std::move(own));
  live_ += size;
  peak_ = std::max(peak_, live_);
  return base_ + offset;
} catch (const std::bad_alloc&) {
  return nullptr;
}

void Arena::give(void* block, size_t size) noexcept {
  std::lock_guard<std::mutex> lock(mutex_);
  live_ -= size;
  Entry entry = std::move(spare_.back());
  spare_.pop_back();
  insert(static_cast<size_t>(static_cast<char*>(block) - base_), {size, size}, std::move(entry));
}

void Arena::clear() {
  std::lock_guard<std::mutex> lock(mutex_);
  purge();
  peak_ = live_;
}

MemoryUse Arena::use() {
  std::lock_guard<std::mutex> lock(mutex_);
  return {live_, cached_, peak_};
}

Arena::Entry Arena::makeEntry() {
  Ranges ranges{{0, {}}};
  Sizes sizes{{0, 0}};
  return {ranges.extract(ranges.begin()), sizes.extract(sizes.begin())};
}

// Makes the last range free and at least `size` long.
bool Arena::extend(size_t size) {
  for (size_t ask = kMostAddresses; base_ == nullptr && ask >= kLeastAddresses; ask /= 2) {
    base_ = reserveAddresses(ask);
    reserved_ = base_ == nullptr ? 0 : ask;
  }
  const auto last = free_.empty() ? free_.end() : std::prev(free_.end());
  const size_t tail = last != free_.end() && last->first + last->second.size == end_ ? last->second.size : 0;
  const size_t more = size - tail;
  Entry entry = makeEntry();
  if (more > reserved_ - end_ || !commit(end_ + more)) return false;
  insert(end_, {more, 0}, std::move(entry));
  end_ += more;
  return true;
}

// Linux gives memory that it does not have, and ends the process when it is touched. Asking takes a tenth of a millisecond, and so
// a quarter of the answer is used before the next time.
bool Arena::affords(size_t bytes) {
  if (bytes > allowance_) {
    const size_t room = room_();
    if (room < kSlack || bytes > room - kSlack) return false;
    allowance_ = std::max(bytes, (room - kSlack) / 4);
  }
  allowance_ -= bytes;
  return true;
}

bool Arena::commit(size_t end) {
  if (end <= committed_) return true;
  const size_t wanted = std::min(reserved_, roundUp(end, kStep));
  if (!commitPages(base_ + committed_, wanted - committed_)) return false;
  committed_ = wanted;
  return true;
}

// Adds a free range, as one with its free neighbours.
void Arena::insert(size_t offset, Range range, Entry entry) noexcept {
  const auto after = free_.lower_bound(offset);
  if (after != free_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second.size == offset) {
      offset = before->first;
      const Range joined = remove(before);
      range = {range.size + joined.size, range.resident + joined.resident};
    }
  }
  if (after != free_.end() && offset + range.size == after->first) {
    const Range joined = remove(after);
    range = {range.size + joined.size, range.resident + joined.resident};
  }
  entry.range.key() = offset;
  entry.range.mapped() = range;
  entry.size.value() = {range.size, offset};
  free_.insert(std::move(entry.range));
  bySize_.insert(std::move(entry.size));
  cached_ += range.resident;
}

// Hands over the range's entry where it is wanted.
Arena::Range Arena::remove(Ranges::iterator found, Entry* entry) noexcept {
  const auto [offset, range] = *found;
  Entry removed{free_.extract(found), bySize_.extract({range.size, offset})};
  if (entry != nullptr) *entry = std::move(removed);
  cached_ -= range.resident;
  return range;
}

void Arena::purge() noexcept {
  for (auto& [offset, range] : free_) {
    if (range.resident == 0) continue;
    returnPages(base_ + offset, range.size);
    cached_ -= range.resident;
    range.resident = 0;
  }
}

}  // namespace radweave
