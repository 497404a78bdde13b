#include "parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace cmlx {

int default_thread_count(); // processors.cpp

namespace {

std::atomic<int>& wanted() {
  static std::atomic<int> count{default_thread_count()};
  return count;
}

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// One loop's work.
struct Loop {
  void (*body)(void*, int64_t);
  void* context;
  int64_t count;
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;

  void take_part() {
    try {
      for (int64_t index; (index = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(context, index);
    } catch (...) {
      next.store(count, std::memory_order_relaxed);
      std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  }
};

// Threads that wait for loops. A loop waits only for those that have begun to take part in it, so that on a busy
// machine no loop stands still because one of the threads has not been given a core. (OpenMP waits for all.)
class Pool {
 public:
  static Pool& shared() {
    // Never destroyed: its threads may outlive static objects.
    static Pool* pool = new Pool;
    return *pool;
  }

  // Returns false if another loop is running.
  bool run(Loop& loop, int threads) {
    // A thread inside a loop may hold the mutex already, and must not try it a second time.
    if (inside_) return false;
    std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return false;
    while (int(threads_.size()) < threads - 1 && add_thread()) {}
    inside_ = true;
    loop_ = &loop;
    helpers_ = threads - 1;
    // The ticket says that a loop is open and how many threads are in it; its upper part tells loops apart.
    const uint64_t ticket = (ticket_.load(std::memory_order_relaxed) / kLoop + 1) * kLoop + kOpen;
    ticket_.store(ticket, std::memory_order_seq_cst);
    ticket_.notify_all();
    loop.take_part();
    ticket_.fetch_sub(kOpen, std::memory_order_acq_rel);
    for (int i = 0; ticket_.load(std::memory_order_acquire) % kOpen != 0; ++i) {
      // A helper that lost its core in the midst of its work gets ours.
      i < kPatience ? relax() : std::this_thread::yield();
    }
    inside_ = false;
    return true;
  }

 private:
  static constexpr uint64_t kOpen = 1 << 15, kLoop = 1 << 16;
  static constexpr int kPatience = 1500; // looks at the ticket before a thread gives up its core, some 50 microseconds

  // Without a further thread the work takes longer, no more.
  bool add_thread() {
    try {
      threads_.emplace_back([this, number = int(threads_.size())] { serve(number); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  void serve(int number) {
    inside_ = true;
    uint64_t last = 0;
    for (;;) {
      uint64_t ticket = ticket_.load(std::memory_order_acquire);
      for (int i = 0; i < kPatience && ticket / kLoop == last; ++i) {
        relax();
        ticket = ticket_.load(std::memory_order_acquire);
      }
      while (ticket / kLoop == last) {
        ticket_.wait(ticket, std::memory_order_acquire);
        ticket = ticket_.load(std::memory_order_acquire);
      }
      // Enters unless the loop has been closed meanwhile.
      last = ticket / kLoop;
      bool entered = false;
      while (!entered && ticket / kLoop == last && ticket % kLoop >= kOpen) {
        entered = ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel);
      }
      if (!entered) continue;
      if (number < helpers_) loop_->take_part();
      ticket_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::atomic<uint64_t> ticket_{0};
  Loop* loop_ = nullptr;
  int helpers_ = 0;
  static thread_local bool inside_;
};

thread_local bool Pool::inside_ = false;

} // namespace

int thread_count() { return wanted().load(std::memory_order_relaxed); }

void set_thread_count(int count) { wanted().store(std::clamp(count, 1, 1024), std::memory_order_relaxed); }

void detail::parallel_for(int64_t count, int threads, void (*body)(void*, int64_t), void* context) {
  threads = int(std::min<int64_t>(threads, count));
  if (threads > 1) {
    Loop loop{.body = body, .context = context, .count = count, .next = 0, .mutex = {}, .error = {}};
    if (Pool::shared().run(loop, threads)) {
      if (loop.error) std::rethrow_exception(loop.error);
      return;
    }
  }
  for (int64_t index = 0; index < count; ++index) body(context, index);
}

} // namespace cmlx
