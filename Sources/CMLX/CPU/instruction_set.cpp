#include "instruction_set.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#if defined(__aarch64__)
#include <sys/auxv.h>

#include <asm/hwcap.h>
#endif

namespace cmlx {

namespace {

#if defined(__x86_64__)
InstructionSet best_of_processor() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return InstructionSet::baseline;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl")) {
    return InstructionSet::avx2;
  }
  if (!__builtin_cpu_supports("avx512vnni")) return InstructionSet::avx512;
  return __builtin_cpu_supports("avx512bf16") ? InstructionSet::avx512_bf16 : InstructionSet::avx512_vnni;
}
#else
InstructionSet best_of_processor() { return InstructionSet::baseline; }
#endif

// What a variable allows; everything if it is not set, or, after a word about it, if it says nothing known.
InstructionSet most_allowed() {
  constexpr InstructionSet all = InstructionSet::avx512_bf16;
  const char* name = "VIVACE_MAX_CPU_ISA";
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') text = std::getenv(name = "DNNL_MAX_CPU_ISA");
  if (text == nullptr || *text == '\0') return all;
  std::string value;
  for (const char* c = text; *c != '\0'; ++c) value += *c >= 'a' && *c <= 'z' ? char(*c - 'a' + 'A') : *c;
  if (value == "SSE41" || value == "AVX") return InstructionSet::baseline;
  if (value == "AVX2" || value == "AVX2_VNNI" || value == "AVX2_VNNI_2") return InstructionSet::avx2;
  if (value == "AVX512_CORE") return InstructionSet::avx512;
  if (value == "AVX512_CORE_VNNI") return InstructionSet::avx512_vnni;
  const bool is_known = value == "ALL" || value == "DEFAULT" || value == "AVX512_CORE_BF16" ||
      value == "AVX512_CORE_FP16" || value.rfind("AVX512_CORE_AMX", 0) == 0 || value.rfind("AVX10", 0) == 0;
  if (!is_known) {
    std::fprintf(
        stderr,
        "%s is '%s' and has no effect: it must be SSE41, AVX2, AVX512_CORE, AVX512_CORE_VNNI, AVX512_CORE_BF16 or "
        "ALL\n",
        name, text);
  }
  return all;
}

} // namespace

bool supports(InstructionSet wanted) {
  static const InstructionSet best = best_of_processor(), allowed = most_allowed();
  return wanted <= best && wanted <= allowed;
}

bool multiplies_bfloat16() {
#if defined(__aarch64__) && defined(HWCAP2_BF16)
  return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
  return supports(InstructionSet::avx512_bf16);
#endif
}

} // namespace cmlx
