// How many processors this process has to itself.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include <sched.h>
#include <unistd.h>

namespace cmlx {

namespace {

// The number of processors that a cgroup's quota amounts to, 0 without a quota.
int cgroup_limit() {
  auto processors = [](double quota, double period) {
    return quota > 0 && period > 0 ? std::max(1, int(quota / period + 0.5)) : 0;
  };
  std::ifstream unified("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (unified >> quota >> period) return quota == "max" ? 0 : processors(std::atof(quota.c_str()), period);
  double microseconds = 0;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> microseconds;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  return processors(microseconds, period);
}

// Hardware threads of one core share its vector units: a second one adds contention only.
int physical_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return int(sysconf(_SC_NPROCESSORS_ONLN));
  std::set<std::pair<int, int>> cores;
  int unknown = 0;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &allowed)) continue;
    const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(processor) + "/topology/";
    int package = -1, core = -1;
    std::ifstream(topology + "physical_package_id") >> package;
    std::ifstream(topology + "core_id") >> core;
    if (core < 0) {
      ++unknown;
    } else {
      cores.emplace(package, core);
    }
  }
  return int(cores.size()) + unknown;
}

} // namespace

int default_thread_count() {
  const int cores = std::max(1, physical_cores()), limit = cgroup_limit();
  return limit > 0 ? std::min(cores, limit) : cores;
}

} // namespace cmlx
