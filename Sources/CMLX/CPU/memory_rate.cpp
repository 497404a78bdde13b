// How fast memory is read: the bound of everything that reads each weight once.
#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>

namespace cmlx {

double memory_read_rate() {
  constexpr int64_t kWords = int64_t(1) << 26, kChunk = 1 << 17; // 512 MiB, more than any cache
  const std::unique_ptr<uint64_t[]> words(new uint64_t[kWords]);
  std::memset(words.get(), 1, kWords * sizeof(uint64_t));
  std::atomic<uint64_t> total{0};
  double best = 0;
  for (int repeat = 0; repeat < 6; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    parallel_for(kWords / kChunk, thread_count(), [&](int64_t chunk) {
      const uint64_t* from = words.get() + chunk * kChunk;
      uint64_t sums[32] = {};
      for (int64_t i = 0; i < kChunk; i += 32) {
        for (int lane = 0; lane < 32; ++lane) sums[lane] ^= from[i + lane];
      }
      uint64_t all = 0;
      for (uint64_t sum : sums) all ^= sum;
      total.fetch_xor(all, std::memory_order_relaxed);
    });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, double(kWords * sizeof(uint64_t)) / seconds.count());
  }
  // The sum is used, so that it is computed.
  return total.load() == 1 ? -1.0 : best;
}

} // namespace cmlx
