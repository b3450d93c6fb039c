#include "room.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>

namespace radweave {
namespace {

// The two versions of Linux's control groups: where their memory lies, and how its files and the fields of memory.stat are named.
struct Version {
  const char *mount, *limit, *usage, *prefix;
};
constexpr Version kFirst{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_"};
constexpr Version kSecond{"/sys/fs/cgroup", "memory.max", "memory.current", ""};

// Nothing where there is no file, or no number in it ("max").
std::optional<uint64_t> number(const std::string& path) {
  std::ifstream file(path);
  uint64_t value;
  return file >> value ? std::optional<uint64_t>(value) : std::nullopt;
}

// Of a file with a name and a number in each line; what is lacking is 0.
uint64_t sumOf(const std::string& path, const std::string& one, const std::string& other) {
  std::ifstream file(path);
  uint64_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    uint64_t value;
    if (words >> name >> value && (name == one || name == other)) sum += value;
  }
  return sum;
}

size_t roomOfGroup(const std::string& folder, const Version& version) {
  const auto limit = number(folder + "/" + version.limit), usage = number(folder + "/" + version.usage);
  if (!limit || !usage) return SIZE_MAX;
  const std::string prefix = version.prefix;
  const uint64_t files = sumOf(folder + "/memory.stat", prefix + "inactive_file", prefix + "active_file");
  const uint64_t used = *usage - std::min(*usage, files);
  return static_cast<size_t>(*limit - std::min(*limit, used));
}

// Of the group and all above it. In a container the path can be the computer's own, of which only the end is to be seen.
size_t roomOfGroups(const std::string& mount, std::string path, const Version& version) {
  size_t room = roomOfGroup(mount, version);
  for (; path.size() > 1; path.erase(path.rfind('/'))) room = std::min(room, roomOfGroup(mount + path, version));
  return room;
}

}  // namespace

size_t memoryRoom(const std::string& root) {
  size_t room = SIZE_MAX;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (!controllers.empty() && ("," + controllers + ",").find(",memory,") == std::string::npos) continue;
    const Version& version = controllers.empty() ? kSecond : kFirst;
    room = std::min(room, roomOfGroups(root + version.mount, path, version));
  }
  const std::string machine = root + "/proc/meminfo";
  const uint64_t unit = 1024;
  if (const uint64_t left = sumOf(machine, "MemAvailable:", "MemAvailable:"); left > 0) {
    room = std::min<uint64_t>(room, unit * left);
  }
  const uint64_t swap = unit * sumOf(machine, "SwapFree:", "SwapFree:");
  return room > SIZE_MAX - swap ? SIZE_MAX : static_cast<size_t>(room + swap);
}

}  // namespace radweave
