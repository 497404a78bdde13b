import Foundation
import MusicCore
import MusicEngine

/// What `vivace generate --json` prints.
struct GenerationReport: Encodable, Sendable {
    /// Paths of the songs, as given.
    var files: [String]
    /// One seed per song.
    var seeds: [UInt64]
    /// The model as named, and what was loaded.
    var model: String
    var modelInfo: ModelInfo?
    /// The resolved request; what `--request` takes.
    var parameters: MusicRequest
    /// What was asked for, before anything was filled in.
    var requested: [String: JSONValue]
    /// Wall-clock seconds by stage, and their sum as `total`.
    var seconds: [String: Double]
    /// Largest resident set of the process, in bytes.
    var peakMemoryBytes: Int
    var notices: [String]
    /// The same with the names of the reference.
    var result: GenerationResult

    enum CodingKeys: String, CodingKey {
        case files, seeds, model
        case modelInfo = "model_info"
        case parameters
        case requested = "requested_params"
        case seconds
        case peakMemoryBytes = "peak_memory_bytes"
        case notices
    }

    init(_ result: MusicResult, _ order: GenerationOrder, family: any MusicFamily, notices: [String]) {
        files = result.songs.compactMap(\.path)
        seeds = result.songs.map(\.seed)
        model = result.model ?? ""
        modelInfo = result.info
        parameters = result.request
        requested = order.requestedParameters(of: family)
        seconds = Dictionary(uniqueKeysWithValues: result.seconds.map { ($0.key.rawValue, $0.value) })
        seconds["total"] = result.seconds.values.reduce(0, +)
        peakMemoryBytes = ProcessMemory.peakResidentBytes
        self.notices = notices
        self.result = GenerationResult(result, family: family)
    }

    /// Both sets of fields side by side.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(files, forKey: .files)
        try values.encode(seeds, forKey: .seeds)
        try values.encode(model, forKey: .model)
        try values.encode(modelInfo, forKey: .modelInfo)
        try values.encode(parameters, forKey: .parameters)
        try values.encode(requested, forKey: .requested)
        try values.encode(seconds, forKey: .seconds)
        try values.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
        try values.encode(notices, forKey: .notices)
        try result.encode(to: encoder)
    }

    /// Seconds per stage in running order, and peak memory.
    var verboseLines: [String] {
        let usual = MusicStage.usual.map(\.rawValue)
        let others = seconds.keys.filter { !usual.contains($0) && $0 != "total" }.sorted()
        return (usual + others + ["total"]).compactMap { stage in
            seconds[stage].map { "\(stage): \(String(format: "%.3f", $0)) s" }
        } + ["peak memory: \(peakMemoryBytes >> 20) MiB"]
    }
}
