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

    @Flag(help: "Let go of each network when its stage is over, and load it again for the next song.")
    var lowMemory = false

    /// - Throws: ``MusicError`` with code `invalidRequest`.
    func loadOptions() throws -> LoadOptions {
        if let threads, !(1...1024).contains(threads) {
            throw MusicError(.invalidRequest, "--threads is \(threads)", advice: "use 1 to 1024")
        }
        return LoadOptions(
            precision: dtype, quantization: quantize, device: device, threads: threads, lowMemory: lowMemory)
    }
}

extension LoadOptions.Precision: ExpressibleByArgument {}
extension LoadOptions.Quantization: ExpressibleByArgument {}
extension LoadOptions.Device: ExpressibleByArgument {}
