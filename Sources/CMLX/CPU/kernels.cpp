#include "kernels.h"

#include "instruction_set.h"
#include "int8.h"

#include <atomic>

namespace cmlx {

namespace {

const Kernels* choose() {
#if defined(__x86_64__)
  if (supports(InstructionSet::avx512)) return avx512_kernels();
  if (supports(InstructionSet::avx2)) return avx2_kernels();
#endif
  return baseline_kernels();
}

const Kernels* choose_bf16_products() {
#if defined(__x86_64__)
  if (supports(InstructionSet::avx512_bf16)) return avx512_bf16_kernels();
#endif
  return nullptr;
}

std::atomic<const Kernels*> general_override, bf16_override;

} // namespace

const Kernels& kernels() {
  static const Kernels* const chosen = choose();
  const Kernels* other = general_override.load(std::memory_order_relaxed);
  return other ? *other : *chosen;
}

const Kernels& product_kernels(Storage a, Storage b) {
  static const Kernels* const chosen = choose_bf16_products();
  if (a == Storage::bf16 && b == Storage::bf16) {
    const Kernels* other = bf16_override.load(std::memory_order_relaxed);
    if (other) return *other;
    if (chosen) return *chosen;
  }
  return kernels();
}

const int8::Kernels* int8::kernels() {
#if defined(__x86_64__)
  static const Kernels* const chosen = supports(InstructionSet::avx512_vnni) ? avx512_vnni_kernels() : nullptr;
  return chosen;
#else
  return nullptr;
#endif
}

void override_kernels(const Kernels* general, const Kernels* bf16_products) {
  general_override.store(general, std::memory_order_relaxed);
  bf16_override.store(bf16_products, std::memory_order_relaxed);
}

} // namespace cmlx
