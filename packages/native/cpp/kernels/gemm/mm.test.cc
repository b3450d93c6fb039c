#ifdef __linux__

#include <ATen/Parallel.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "kernels.h"
#include "testing/test.h"

namespace {

std::atomic<int> handled = 0;

// Writes where a function that keeps numbers below its stack would have them.
void handler(int) {
  char below[2048];
  std::memset(below, 0x5a, sizeof below);
  __asm__ volatile("" ::"r"(below) : "memory");
  ++handled;
}

// Sends signals to this thread and to the process while it lives.
class Signals {
 public:
  Signals() : receiver_(pthread_self()), sender_([this] { send(); }) {}
  ~Signals() {
    isOver_ = true;
    sender_.join();
  }

 private:
  void send() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!isOver_) {
      pthread_kill(receiver_, SIGUSR1);
      kill(getpid(), SIGUSR2);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  std::atomic<bool> isOver_ = false;
  pthread_t receiver_;
  std::thread sender_;
};

}  // namespace

TEST("products", "signals that arrive during a product of matrices change nothing of it") {
  radweave::installKernels(true);
  at::set_num_threads(3);
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGUSR1, SIGUSR2}) EXPECT_EQUAL(sigaction(signal, &action, nullptr), 0);
  const Signals signals;
  using Sizes = std::array<int64_t, 3>;
  for (int round = 0; round < 100; ++round) {
    for (const auto& [m, n, k] : {Sizes{384, 1024, 96}, Sizes{768, 256, 192}, Sizes{1536, 64, 384}, Sizes{500, 333, 77}}) {
      for (const bool isTurned : {false, true}) {
        const at::Tensor a = isTurned ? at::ones({k, m}).t() : at::ones({m, k});
        EXPECT(at::mm(a, at::ones({k, n})).eq(static_cast<double>(k)).all().item<bool>());
      }
    }
  }
  EXPECT(handled > 100);
}

#endif
