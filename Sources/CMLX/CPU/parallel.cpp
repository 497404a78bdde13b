#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <sched.h>
#include <unistd.h>

// The part of libgomp's interface that GCC itself calls; stable since GCC 4.9.
extern "C" {
void GOMP_parallel(void (*body)(void*), void* context, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
void omp_set_num_threads(int count);
}

namespace cmlx {

namespace {

// The number of CPUs that a cgroup's quota amounts to, 0 without a quota.
int cgroup_limit() {
  auto limit = [](double quota, double period) { return quota > 0 && period > 0 ? int(quota / period + 0.5) : 0; };
  std::ifstream unified("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (unified >> quota >> period) return quota == "max" ? 0 : std::max(1, limit(std::atof(quota.c_str()), period));
  double cfs_quota = 0;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> cfs_quota;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  return cfs_quota > 0 ? std::max(1, limit(cfs_quota, period)) : 0;
}

// Two hardware threads of one core share its vector units: a second one only adds contention.
int physical_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  std::set<std::pair<int, int>> cores;
  int anonymous = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    int package = -1, core = -1;
    std::ifstream(topology + "physical_package_id") >> package;
    std::ifstream(topology + "core_id") >> core;
    if (core < 0) {
      ++anonymous;
    } else {
      cores.emplace(package, core);
    }
  }
  return std::max(1, int(cores.size()) + anonymous);
}

int default_thread_count() {
  const int cores = physical_cores(), limit = cgroup_limit();
  return limit > 0 ? std::min(cores, limit) : cores;
}

std::atomic<int>& wanted() {
  static std::atomic<int> count{default_thread_count()};
  return count;
}

struct Team {
  void (*body)(void*, int);
  void* context;
};

} // namespace

int thread_count() { return wanted().load(std::memory_order_relaxed); }

void set_thread_count(int count) { wanted().store(std::max(1, count), std::memory_order_relaxed); }

void adopt_thread_count() {
  thread_local int adopted = 0;
  const int count = thread_count();
  if (adopted == count) return;
  omp_set_num_threads(count);
  adopted = count;
}

namespace detail {

void parallel(int threads, void (*body)(void*, int), void* context) {
  if (threads <= 1) return body(context, 0);
  Team team{body, context};
  GOMP_parallel(
      [](void* raw) {
        auto* team = static_cast<Team*>(raw);
        team->body(team->context, omp_get_thread_num());
      },
      &team, unsigned(threads), 0);
}

void parallel_for(int64_t count, int threads, void (*body)(void*, int64_t), void* context) {
  threads = int(std::min<int64_t>(threads, count));
  if (threads <= 1) {
    for (int64_t index = 0; index < count; ++index) body(context, index);
    return;
  }
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  cmlx::parallel(threads, [&](int) {
    try {
      for (int64_t index; (index = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(context, index);
    } catch (...) {
      next.store(count, std::memory_order_relaxed);
      std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

} // namespace detail

} // namespace cmlx
