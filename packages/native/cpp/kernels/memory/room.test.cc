#include "memory/room.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "testing/test.h"

using radweave::memoryRoom;

namespace {

// A made-up /proc and /sys.
class System {
 public:
  System() { std::filesystem::remove_all(root_); }
  ~System() { std::filesystem::remove_all(root_); }
  System& file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text;
    return *this;
  }
  size_t room() const { return memoryRoom(root_); }

 private:
  // Of this process: others may test at the same time.
  const std::string name_ = "radweave-room-test-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  const std::string root_ = (std::filesystem::temp_directory_path() / name_).string();
};

}  // namespace

TEST("plain", "where nobody says how much memory there is, it has no end") { EXPECT_EQUAL(System().room(), SIZE_MAX); }

TEST("plain", "a machine has what it calls available, and its swap") {
  System system;
  system.file("/proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:  3000 kB\nSwapFree:  500 kB\n");
  EXPECT_EQUAL(system.room(), size_t{3500 * 1024});
}

TEST("plain", "of the groups that a process is in, the fullest counts, without the files that the kernel keeps") {
  System system;
  const std::string mount = "/sys/fs/cgroup", job = mount + "/slurm/job_7", step = job + "/step_0";
  system.file("/proc/self/cgroup", "0::/slurm/job_7/step_0\n").file("/proc/meminfo", "MemAvailable: 9000 kB\n");
  system.file(step + "/memory.max", "max\n").file(step + "/memory.current", "100000\n");
  system.file(job + "/memory.max", "1000000\n").file(job + "/memory.current", "900000\n");
  system.file(job + "/memory.stat", "anon 300000\ninactive_file 200000\nactive_file 50000\nfile 999\n");
  EXPECT_EQUAL(system.room(), size_t{350000});
  system.file(step + "/memory.max", "120000\n");
  EXPECT_EQUAL(system.room(), size_t{20000});
  system.file(step + "/memory.current", "130000\n");
  EXPECT_EQUAL(system.room(), size_t{0});
}

TEST("plain", "groups of the first version, and a container that sees only its own") {
  System system;
  const std::string mount = "/sys/fs/cgroup/memory";
  system.file("/proc/self/cgroup", "9:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n");
  system.file(mount + "/memory.limit_in_bytes", "2000000\n").file(mount + "/memory.usage_in_bytes", "1500000\n");
  system.file(mount + "/memory.stat", "inactive_file 1\ntotal_inactive_file 400000\ntotal_active_file 100000\n");
  EXPECT_EQUAL(system.room(), size_t{1000000});
}
