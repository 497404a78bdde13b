import Testing

/// Options under the names and in the spelling of other programs.
struct ForeignOptionTests {
    private func errors(_ arguments: [String]) throws -> String {
        let outcome = try Program.run(["generate", "x", "--model", "builtin"] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome.errors)")
        return outcome.errors
    }

    /// A value that no option takes shows which option it was given to.
    @Test(
        arguments: [
            ("--tempo", "9", "--bpm is 9"), ("--batch_size", "99", "--batch is 99"),
            ("--batchSize", "99", "--batch is 99"),
            ("--Inference_Steps", "999", "--steps is 999"), ("--num-inference-steps", "999", "--steps is 999"),
            ("--infer_step", "999", "--steps is 999"), ("--cfg", "1000", "--guidance-scale is 1000"),
            ("--length", "x", "--duration is the text \"x\""), ("--seconds", "x", "--duration is"),
            ("--manual_seed", "x", "--seed is the text \"x\""), ("--lm_top_k", "-1", "--lm-top-k is -1"),
            ("--temperature", "9", "--lm-temperature is 9"), ("--meter", "7", "time signature '7'"),
            ("--out", "a.xyz", ".xyz"), ("--offload_dit_to_cpu", "--bpm=9", "--bpm is 9"),
            ("--no_thinking", "--bpm=9", "--bpm is 9"), ("--sampler", "foo", "--solver is \"foo\""),
            ("--max_memory", "x", "--max-memory is 'x'"),
        ])
    func otherNamesAreUnderstood(_ option: String, _ value: String, _ text: String) throws {
        let errors = try errors([option, value])
        #expect(errors.contains(text), "\(errors)")
    }

    @Test func valuesMayStandBehindAnEqualsSign() throws {
        #expect(try errors(["--tempo=9"]).contains("--bpm is 9"))
        #expect(try errors(["--batch_size=99", "--tempo=9"]).contains("is 9"))
    }

    @Test func switchesTakeTruthValues() throws {
        for on in [["--instrumental", "true"], ["--instrumental=True"], ["--instrumental", "TRUE"]] {
            let errors = try errors(on + ["--lyrics", "la"])
            #expect(errors.contains("exclude each other"), "\(errors)")
        }
        for off in [["--instrumental", "false"], ["--instrumental=False"], ["--offload_to_cpu", "False"]] {
            let errors = try errors(off + ["--lyrics", "la", "--bpm", "9"])
            #expect(errors.contains("--bpm is 9"), "\(errors)")
        }
        #expect(try errors(["--offload_to_cpu", "True", "--bpm", "9"]).contains("--bpm is 9"))
        // What stands behind an option with a value is its value.
        #expect(try errors(["--bpm", "true"]).contains("--bpm is the text \"true\""))
    }

    @Test(
        arguments: [
            ("--fp16", "chosen by --dtype"), ("--gpu", "chosen by --device"), ("--backend", "--device"),
            ("--output-dir", "--output FOLDER/"), ("--output_dir", "--output FOLDER/"), ("--q4", "--quantize q8"),
            ("--sample-rate", "--output"),
        ])
    func whatHasNoCounterpartHasAdvice(_ option: String, _ advice: String) throws {
        let errors = try errors([option])
        #expect(errors.hasPrefix("vivace: error: Unknown option '\(option)': ") && errors.contains(advice), "\(errors)")
    }

    @Test func onlyNamesThatAreNearAreProposed() throws {
        #expect(
            try errors(["--sede", "1"])
                == "vivace: error: Unknown option '--sede'. Did you mean '--seed'? (see vivace help)\n")
        #expect(try errors(["--nonsense"]) == "vivace: error: Unknown option '--nonsense'; see vivace help\n")
        #expect(try errors(["--x"]) == "vivace: error: Unknown option '--x'; see vivace help\n")
    }

    @Test func anOptionThatACommandLacksIsCalledAsItWasGiven() throws {
        let outcome = try Program.run(["info", "a.wav", "--batch_size", "2"])
        #expect(outcome.status == 2 && outcome.errors.contains("Unknown option '--batch_size'"), "\(outcome.errors)")
    }

    @Test func seedsOfAllCommandsAreThoseOfGenerate() throws {
        for seed in ["x", "1.5", "1,2"] {
            let outcome = try Program.run(["create", "x", "--lm", "builtin", "--seed", seed])
            #expect(outcome.status == 2 && outcome.errors.contains("--seed "), "\(outcome.errors)")
        }
        let outcome = try Program.run(["create", "x", "--lm", "builtin", "--seed", "-1", "--quiet"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let same = try ["3", "3.0"].map { try Program.run(["create", "x", "--lm", "builtin", "--seed", $0]).output }
        #expect(same[0] == same[1])
    }
}
