// Intentionally empty: libmlx has a C++ interface only, which CMLX wraps.
