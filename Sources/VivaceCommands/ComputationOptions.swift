import ArgumentParser
import MusicCore

/// How a model is loaded and run.
struct ComputationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Number format: auto, f32 or bf16.", valueName: "format"))
    var dtype: LoadOptions.Precision = .auto

    @Option(
        help: ArgumentHelp(
            "Keep large weights in 8 bits (q8), which is faster and halves the memory; none is the default.",
            valueName: "how"))
    var quantize: LoadOptions.Quantization = .none

    @Option(help: ArgumentHelp("Where to compute: auto, cpu or gpu.", valueName: "device"))
    var device: LoadOptions.Device = .auto

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads on a CPU (default: one for each physical core).", valueName: "count"))
    var threads: String?

    @Flag(
        name: [.long, .customLong("offload-to-cpu")],
        help: "Let go of each network when its stage is over, and load it again for the next song.")
    var lowMemory = false

    @Option(
        name: [.long, .customLong("mps-max-memory-gb")], parsing: .unconditional,
        help: ArgumentHelp(
            "Keep the process within this memory, such as 16GB or 500MB; a number alone is gigabytes. What doesn't fit "
                + "is brought to fit by --low-memory, then by smaller tiles, and refused otherwise.",
            valueName: "size"))
    var maxMemory: String?

    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func loadOptions() throws -> LoadOptions {
        let count = try threads.map { text in
            try CommandFields.option("threads") {
                try FieldKind.integer(1...1024).normalized(.text(text), field: "threads")
            }
        }
        let cap = try maxMemory.map { text in
            try CommandFields.option("max_memory") { try ByteCount.bytes(of: text, field: "max_memory") }
        }
        return LoadOptions(
            precision: dtype, quantization: quantize, device: device, threads: count.flatMap { Int(json: $0) },
            lowMemory: lowMemory,
            maxMemory: cap)
    }
}

extension LoadOptions.Precision: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
}

extension LoadOptions.Quantization: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
}

extension LoadOptions.Device: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
}
