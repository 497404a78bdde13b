// Which vector instructions may be used.
#pragma once

namespace cmlx {

// In order: each includes those before it.
enum class InstructionSet { baseline, avx2, avx512, avx512_vnni, avx512_bf16 };

// Whether the processor and the system have these instructions, and VIVACE_MAX_CPU_ISA does not exclude them.
//
// The variable is for trying the code of slower machines on a faster one: AVX2, AVX512_CORE, AVX512_CORE_VNNI,
// AVX512_CORE_BF16 or ALL, and SSE41 for none of them. These are oneDNN's names; its DNNL_MAX_CPU_ISA counts where the
// first variable is not set. Read once, when an operation first asks.
bool supports(InstructionSet wanted);

// Whether there are instructions that multiply bfloat16: those of AVX-512, where supports() allows them, or Arm's.
bool multiplies_bfloat16();

} // namespace cmlx
