// Intentionally empty: SoundTouch has a C++ interface only, which CSoundTouch wraps.
