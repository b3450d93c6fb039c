// Switches that JavaScript enters and leaves in strict order: grad mode, inference mode, autocast.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace radweave {

// Switches when made, back when destroyed.
struct Mode {
  virtual ~Mode() = default;
};

// What was not left by the end is left then, the last one first: each restores what it found.
class Modes {
 public:
  Modes() = default;
  Modes(const Modes&) = delete;
  Modes& operator=(const Modes&) = delete;
  ~Modes() {
    while (!modes_.empty()) modes_.pop_back();
  }

  template <typename Switch, typename... Arguments>
  void enter(Arguments&&... arguments) {
    modes_.push_back(std::make_unique<Switch>(std::forward<Arguments>(arguments)...));
  }

  void leave() {
    if (modes_.empty()) throw std::logic_error("no mode to leave");
    modes_.pop_back();
  }

 private:
  std::vector<std::unique_ptr<Mode>> modes_;
};

}  // namespace radweave
