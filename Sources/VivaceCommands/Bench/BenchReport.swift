import Foundation
import MusicCore

/// What `vivace bench --json` prints.
struct BenchReport: Encodable, Sendable {
    struct Stage: Encodable, Sendable {
        /// Seconds of the fastest and of the middle run.
        var min: Double
        var median: Double
        /// Operations per second of the fastest run, in units of 10⁹.
        var gflops: Double
        /// That rate as a part of the rate of a large matrix product.
        var fraction: Double
        /// Tokens per second of the fastest run, of stages that make tokens.
        var tokensPerSecond: Double?
        /// Weights read per second, as a part of the rate at which memory can be read, of stages that this bounds.
        var memoryFraction: Double?
        /// Largest resident set of the process so far, in bytes.
        var peakRSSBytes: Int

        enum CodingKeys: String, CodingKey {
            case min, median, gflops, fraction
            case tokensPerSecond = "tokens_per_second"
            case memoryFraction = "memory_fraction"
            case peakRSSBytes = "peak_rss_bytes"
        }
    }

    struct Machine: Encodable, Sendable {
        var processor: String
        var engine: String
        /// Rate of a large matrix product, in 10⁹ operations per second.
        var matrixGflops: Double
        /// Rate at which memory is read, in 10⁹ bytes per second; `nil` where that can't be told.
        var memoryGigabytes: Double?
        var memoryBytes: Int

        init(engine: String, matrixGflops: Double, memoryGigabytes: Double?) {
            processor = Self.processorName
            self.engine = engine
            self.matrixGflops = matrixGflops
            self.memoryGigabytes = memoryGigabytes
            memoryBytes = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        }

        enum CodingKeys: String, CodingKey {
            case processor, engine
            case matrixGflops = "matrix_gflops"
            case memoryGigabytes = "memory_gbytes_per_second"
            case memoryBytes = "memory_bytes"
        }

        static var processorName: String {
            #if canImport(Darwin)
                let name = ofSystem("machdep.cpu.brand_string")
            #else
                let name = ofProcessorList("/proc/cpuinfo")
            #endif
            return name ?? "unknown"
        }

        #if canImport(Darwin)
            private static func ofSystem(_ key: String) -> String? {
                var size = 0
                guard sysctlbyname(key, nil, &size, nil, 0) == 0, size > 1 else { return nil }
                var bytes = [UInt8](repeating: 0, count: size)
                guard sysctlbyname(key, &bytes, &size, nil, 0) == 0 else { return nil }
                return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        #else
            private static func ofProcessorList(_ path: String) -> String? {
                let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
                let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
                return line.flatMap { $0.split(separator: ":", maxSplits: 1).last }
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
        #endif
    }

    var model: String
    var dtype: String
    var parameters: Int
    var duration: Double
    var batch: Int
    var steps: Int
    var textTokens: Int
    var lyricTokens: Int
    var repeats: Int
    var stages: [String: Stage] = [:]
    var peakRSSBytes = 0
    var machine: Machine

    enum CodingKeys: String, CodingKey {
        case model, dtype, parameters, duration, batch, steps
        case textTokens = "text_tokens"
        case lyricTokens = "lyric_tokens"
        case repeats, stages
        case peakRSSBytes = "peak_rss_bytes"
        case machine
    }

    init(model: String, info: ModelInfo, workload: BenchmarkWorkload, machine: Machine) {
        self.model = model
        dtype = info.precision
        parameters = info.parameterCount
        duration = workload.duration
        batch = workload.batchSize
        steps = workload.steps
        textTokens = workload.textTokens
        lyricTokens = workload.lyricTokens
        repeats = workload.repeats
        self.machine = machine
    }

    mutating func add(_ measured: StageMeasurement) {
        stages[measured.stage.key] = Stage(
            min: measured.minimum, median: measured.median, gflops: measured.gflops,
            fraction: measured.gflops / machine.matrixGflops,
            tokensPerSecond: measured.tokens > 0 ? measured.tokenRate : nil,
            memoryFraction: memoryFraction(measured), peakRSSBytes: ProcessMemory.peakResidentBytes)
    }

    private func memoryFraction(_ measured: StageMeasurement) -> Double? {
        guard measured.bytes > 0, let rate = machine.memoryGigabytes else { return nil }
        return measured.byteRate / 1e9 / rate
    }

    /// The machine and what is measured, on two lines.
    var header: String {
        "\(machine.processor), \(machine.engine), \(Int(machine.matrixGflops)) GFLOP/s in a matrix product"
            + (machine.memoryGigabytes.map { String(format: ", %.1f GB/s read from memory", $0) } ?? "") + "\n"
            + "\(model), \(dtype), \(duration) s, batch \(batch)"
    }

    /// One stage in words.
    func line(of measured: StageMeasurement) -> String {
        let rate = measured.gflops / machine.matrixGflops
        return measured.stage.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0)
            + String(
                format: "%9.4f s minimum %9.4f s median %7.0f GFLOP/s %4.0f %%", measured.minimum, measured.median,
                measured.gflops, 100 * rate)
            + (measured.tokens > 0 ? String(format: " %8.1f tokens/s", measured.tokenRate) : "")
            + (memoryFraction(measured).map { String(format: " %4.0f %% of the memory's rate", 100 * $0) } ?? "")
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
