// Loops over all cores.
#pragma once

#include <cstdint>
#include <type_traits>

namespace cmlx {

// The number of threads that an operation may use: at first the physical cores that this process may run on.
int thread_count();

// Sets that number, at least 1. Takes effect with the next operation.
void set_thread_count(int count);

// Bytes that these threads read from memory in a second, measured now.
double memory_read_rate();

namespace detail {
void parallel_for(int64_t count, int threads, void (*body)(void* context, int64_t index), void* context);
} // namespace detail

// Calls body(index) for every index in [0, count), handing indices to threads as they become free, the calling one
// among them. What a body computes must depend on its index alone, so that results do not depend on the schedule.
// An exception thrown by a body ends the loop early and is thrown again here. A loop inside a loop's body, or beside
// another thread's loop, runs on its own thread.
template <class Body>
void parallel_for(int64_t count, int threads, Body&& body) {
  using Type = std::remove_reference_t<Body>;
  detail::parallel_for(
      count, threads, [](void* context, int64_t index) { (*static_cast<Type*>(context))(index); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

// Cuts [0, count) into ranges of `grain` items (the last may be shorter) and calls body(begin, end) for each.
template <class Body>
void parallel_ranges(int64_t count, int64_t grain, Body&& body) {
  if (count <= 0) return;
  const int64_t ranges = (count + grain - 1) / grain;
  parallel_for(ranges, thread_count(), [&](int64_t range) {
    const int64_t begin = range * grain;
    body(begin, begin + grain < count ? begin + grain : count);
  });
}

} // namespace cmlx
