// Integer handles: JavaScript holds numbers, never pointers. A handle is generation * 2^32 + slot; a stale or
// made-up number is an error at look-up, never a crash. A stale one is taken for live only if its slot was used again exactly
// a multiple of 2^20 - 1 times since.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace radweave {

template <typename T>
class HandleTable {
 public:
  // `firstGeneration` differs between environments, so that one's handles are no other's.
  HandleTable(const char* kind, uint32_t firstGeneration)
      : kind_(kind), firstGeneration_(firstGeneration & kGenerationMask) {}

  double add(T value) {
    uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<uint32_t>(slots_.size());
      slots_.emplace_back();
      slots_.back().generation = firstGeneration_;
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Slot& s = slots_[slot];
    s.value = std::move(value);
    s.live = true;
    ++live_;
    return static_cast<double>(s.generation) * kSlotRange + slot;
  }

  T& get(double handle) { return slots_[slotOf(handle)].value; }

  // Removes the entry and hands its value back, so that the caller decides when it is destroyed.
  T take(double handle) {
    const uint32_t slot = slotOf(handle);
    Slot& s = slots_[slot];
    T value = std::move(s.value);
    s.value = T();
    s.live = false;
    s.generation = s.generation == kGenerationMask ? 1 : s.generation + 1;
    free_.push_back(slot);
    --live_;
    return value;
  }

  size_t live() const { return live_; }

 private:
  struct Slot {
    T value{};
    uint32_t generation = 0;
    bool live = false;
  };

  // 20 bits of generation and 32 of slot keep every handle below 2^53, so a JS number holds it exactly.
  static constexpr double kSlotRange = 4294967296.0;
  static constexpr uint32_t kGenerationMask = (1u << 20) - 1;

  uint32_t slotOf(double handle) const {
    if (handle >= 0 && handle < 9007199254740992.0) {
      const auto bits = static_cast<uint64_t>(handle);
      const auto slot = static_cast<uint32_t>(bits);
      const auto generation = static_cast<uint32_t>(bits >> 32);
      if (static_cast<double>(bits) == handle && slot < slots_.size() && slots_[slot].live &&
          slots_[slot].generation == generation) {
        return slot;
      }
    }
    throw std::invalid_argument(std::string("this ") + kind_ + " was disposed, or is not of this thread");
  }

  const char* kind_;
  uint32_t firstGeneration_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
};

}  // namespace radweave
