// Devices, streams, memory.
#include "CPU/instruction_set.h"
#include "CPU/kernels.h"
#include "CPU/parallel.h"
#include "bridge.h"

#include <mlx/version.h>

using namespace cmlx;

namespace {

mx::Device device(cmlx_device value) { return value == CMLX_GPU ? mx::Device::gpu : mx::Device::cpu; }

// libmlx gives every thread its own default stream, and an array made on one thread's stream can't be evaluated on
// another thread. Code that moves between threads (any Swift `async` function) would fail at random, so all threads
// share one stream per device instead.
mx::Stream shared_stream(cmlx_device value) {
  if (value == CMLX_GPU) {
    static mx::Stream gpu = mx::new_thread_unsafe_stream(mx::Device::gpu);
    return gpu;
  }
  static mx::Stream cpu = mx::new_thread_unsafe_stream(mx::Device::cpu);
  return cpu;
}

} // namespace

mx::Stream cmlx::stream(cmlx_stream s) {
  if (s.index >= 0) {
    return mx::Stream(s.index, device(s.device));
  }
  auto result = shared_stream(s.device);
  // What libmlx schedules by itself on this thread belongs on the same stream.
  thread_local bool is_default[2] = {false, false};
  if (!is_default[s.device == CMLX_GPU]) {
    mx::set_default_stream(result);
    is_default[s.device == CMLX_GPU] = true;
  }
  return result;
}

const char* cmlx_version(void) { return mx::version(); }

cmlx_device cmlx_default_device(void) {
  return guarded(CMLX_CPU, [] { return mx::default_device() == mx::Device::gpu ? CMLX_GPU : CMLX_CPU; });
}

bool cmlx_device_is_available(cmlx_device value) {
  return guarded(false, [&] { return mx::is_available(device(value)); });
}

int cmlx_stream_new(cmlx_stream* result, cmlx_device value) {
  return checked([&] { *result = {value, mx::new_thread_unsafe_stream(device(value)).index}; });
}

int cmlx_synchronize(cmlx_stream s) {
  return checked([&] { mx::synchronize(stream(s)); });
}

int cmlx_cpu_threads(void) { return thread_count(); }

void cmlx_cpu_set_threads(int count) { set_thread_count(count); }

double cmlx_cpu_memory_rate(void) { return memory_read_rate(); }

const char* cmlx_cpu_instruction_set(void) { return product_kernels(Storage::bf16, Storage::bf16).isa; }

bool cmlx_cpu_multiplies_bfloat16(void) { return multiplies_bfloat16(); }

size_t cmlx_memory_available(void) { return available_memory(); }

int cmlx_memory_active(size_t* result) {
  return checked([&] { *result = mx::get_active_memory(); });
}

int cmlx_memory_cache(size_t* result) {
  return checked([&] { *result = mx::get_cache_memory(); });
}

int cmlx_memory_peak(size_t* result) {
  return checked([&] { *result = mx::get_peak_memory(); });
}

int cmlx_memory_reset_peak(void) {
  return checked([] { mx::reset_peak_memory(); });
}

int cmlx_memory_clear_cache(void) {
  return checked([] { mx::clear_cache(); });
}

int cmlx_memory_limit(size_t* result) {
  return checked([&] { *result = mx::get_memory_limit(); });
}

int cmlx_memory_set_limit(size_t* previous, size_t limit) {
  return checked([&] { *previous = mx::set_memory_limit(limit); });
}

int cmlx_memory_set_cache_limit(size_t* previous, size_t limit) {
  return checked([&] { *previous = mx::set_cache_limit(limit); });
}
