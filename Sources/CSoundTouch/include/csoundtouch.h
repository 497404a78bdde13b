#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes the tempo of interleaved samples and keeps their pitch (SoundTouch).
///
/// `tempo` is how many times faster the result is. `frames` in, at most `capacity` frames out; the number of frames
/// written comes back, or -1 if SoundTouch refuses.
long csoundtouch_stretch(
    const float *samples, size_t frames, int channels, int sample_rate, double tempo, float *result, size_t capacity);

#ifdef __cplusplus
}
#endif
