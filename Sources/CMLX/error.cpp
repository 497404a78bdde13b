#include "bridge.h"

namespace {
thread_local std::string last_error;
}

void cmlx::record_error(const char* message) noexcept {
  try {
    last_error = message == nullptr ? "" : message;
  } catch (...) {
    last_error.clear();
  }
}

const char* cmlx_last_error(void) { return last_error.c_str(); }

void cmlx_set_error(const char* message) { cmlx::record_error(message); }
