#include "kernels.h"

#include <dnnl.hpp>

namespace cmlx {

namespace {

const Kernels& choose() {
#if defined(__x86_64__)
  const auto isa = dnnl::get_effective_cpu_isa();
  auto at_least = [isa](dnnl::cpu_isa wanted) { return (unsigned(isa) & unsigned(wanted)) == unsigned(wanted); };
  if (at_least(dnnl::cpu_isa::avx512_core)) return *avx512_kernels();
  if (at_least(dnnl::cpu_isa::avx2) && __builtin_cpu_supports("fma")) return *avx2_kernels();
#endif
  return *baseline_kernels();
}

} // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

} // namespace cmlx
