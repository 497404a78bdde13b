import Foundation
import Testing

#if arch(x86_64)
    /// The variables that let one machine run the code of slower ones.
    struct InstructionSetTests {
        private func instructions(_ environment: [String: String]) throws -> (name: String?, errors: String) {
            let folder = try TemporaryFolder()
            let unset = ["VIVACE_MAX_CPU_ISA": "", "DNNL_MAX_CPU_ISA": ""]
            let run = try Vivace.run(
                ["doctor", "--json"], in: folder.url, environment: unset.merging(environment) { $1 })
            #expect(run.status == 0, "\(run.errors)")
            return (try run.json()["instructions"] as? String, run.errors)
        }

        @Test func areLimitedByEitherVariable() throws {
            #expect(try instructions(["VIVACE_MAX_CPU_ISA": "SSE41"]).name == "baseline")
            #expect(try instructions(["DNNL_MAX_CPU_ISA": "sse41"]).name == "baseline")
            let best = try instructions([:]).name
            let limited = try instructions(["VIVACE_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "SSE41"]).name
            #expect(limited == (best == "baseline" ? "baseline" : "avx2"))
            #expect(try instructions(["VIVACE_MAX_CPU_ISA": "all", "DNNL_MAX_CPU_ISA": "SSE41"]).name == best)
        }

        @Test func anUnknownNameIsReported() throws {
            let (name, errors) = try instructions(["VIVACE_MAX_CPU_ISA": "AVX3"])
            #expect(try name == instructions([:]).name)
            #expect(errors.contains("VIVACE_MAX_CPU_ISA is 'AVX3'") && errors.contains("AVX512_CORE"))
        }
    }
#endif
