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
    var threads: Int?

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
        if let threads, !(1...1024).contains(threads) {
            throw MusicError(.invalidRequest, "--threads is \(threads)", advice: "use 1 to 1024")
        }
        let cap: Int?
        do {
            cap = try maxMemory.map { try ByteCount.bytes(of: $0, field: "max_memory") }
        } catch var error as MusicError {
            error.message = error.message.replacing("The field max_memory", with: "--max-memory")
            throw error
        }
        return LoadOptions(
            precision: dtype, quantization: quantize, device: device, threads: threads, lowMemory: lowMemory,
            maxMemory: cap)
    }
}

extension LoadOptions.Precision: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
}

extension LoadOptions.Quantization: ExpressibleByArgument {}

extension LoadOptions.Device: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
}
