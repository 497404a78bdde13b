#include "csoundtouch.h"

#include <SoundTouch.h>

#include <algorithm>
#include <exception>

static_assert(sizeof(soundtouch::SAMPLETYPE) == sizeof(float), "SoundTouch must be built for floating point");

long csoundtouch_stretch(
    const float *samples, size_t frames, int channels, int sample_rate, double tempo, float *result, size_t capacity) {
  try {
    soundtouch::SoundTouch stretcher;
    stretcher.setSampleRate(static_cast<unsigned>(sample_rate));
    stretcher.setChannels(static_cast<unsigned>(channels));
    stretcher.setTempo(tempo);
    // The best match is looked for at every place: a mix is made once and heard often.
    stretcher.setSetting(SETTING_USE_QUICKSEEK, 0);
    size_t written = 0;
    auto take = [&] {
      while (written < capacity) {
        auto room = static_cast<unsigned>(std::min<size_t>(capacity - written, 1u << 16));
        auto count = stretcher.receiveSamples(result + written * static_cast<size_t>(channels), room);
        if (count == 0) break;
        written += count;
      }
    };
    const size_t block = 4096;
    for (size_t done = 0; done < frames; done += block) {
      auto count = static_cast<unsigned>(std::min(block, frames - done));
      stretcher.putSamples(samples + done * static_cast<size_t>(channels), count);
      take();
    }
    stretcher.flush();
    take();
    return static_cast<long>(written);
  } catch (const std::exception &) {
    return -1;
  }
}

// SoundTouch is built for fast arithmetic, and its library switches the processor to flushing the smallest numbers to
// zero when it is loaded: for this thread, and for all that come of it. Everything else here counts on them.
#if defined(__x86_64__)
#include <xmmintrin.h>
__attribute__((constructor)) static void keep_small_numbers() {
  const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  _mm_setcsr(_mm_getcsr() & ~(flush_to_zero | denormals_are_zero));
}
#elif defined(__aarch64__) && defined(__linux__)
__attribute__((constructor)) static void keep_small_numbers() {
  unsigned long control;
  const unsigned long flush_to_zero = 1ul << 24;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  __asm__ volatile("msr fpcr, %0" : : "r"(control & ~flush_to_zero));
}
#endif
