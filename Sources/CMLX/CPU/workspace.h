// Scratch memory that each thread keeps between operations, so that packing costs no page faults.
#pragma once

#include <cstddef>

namespace cmlx {

// What a block is for. One thread may hold one block of each kind at a time.
enum class Scratch { left, right, panel, sums, rows, values, tables, count };

// At least `bytes` bytes, aligned to 64, of undefined content; valid until this thread asks for this kind again.
void* scratch(Scratch kind, size_t bytes);

template <class T>
T* scratch_of(Scratch kind, size_t count) {
  return static_cast<T*>(scratch(kind, count * sizeof(T)));
}

} // namespace cmlx
