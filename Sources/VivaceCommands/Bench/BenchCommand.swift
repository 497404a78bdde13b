import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace bench`: how long each stage of a generation takes on this machine.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the stages of a generation on this machine.",
        discussion: """
            Example: vivace bench --duration 30 --dtype bf16 --stage dit --stage vae-decode

            The language model: vivace bench --stage lm --stage lm-cfg

            Without --model it measures random weights of the published turbo model's size, or of the 0.6B language \
            model's, which it writes to a temporary folder (4.6 or 1.2 GiB) and removes. To keep them: \
            vivace models make-random --full-size DIR, or --lm 0.6B DIR.
            """)

    @Option(help: ArgumentHelp("A folder, a hub id or a short name, instead of random weights.", valueName: "model"))
    var model: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length of the song, 0.2 to 600.", valueName: "seconds"))
    var duration = 30.0

    @Option(parsing: .unconditional, help: "How many songs, 1 to 8.")
    var batch = 1

    @Option(parsing: .unconditional, help: "Denoising steps of the stage end-to-end.")
    var steps = 8

    @Option(parsing: .unconditional, help: "Tokens of the prompt, 1 to 256.")
    var textTokens = 96

    @Option(parsing: .unconditional, help: "Tokens of the lyrics, 1 to 2048.")
    var lyricTokens = 256

    @Option(parsing: .unconditional, help: "Timed runs of each stage, after one that warms up.")
    var repeats = 3

    @Option(name: .customLong("stage"), help: ArgumentHelp("Measure this stage only; repeatable.", valueName: "stage"))
    var stages: [BenchmarkStage] = []

    @Option(
        help: ArgumentHelp(
            "An adapter that the transformer works with, as generate takes it; repeatable.", valueName: "path[:scale]"),
        completion: .file())
    var adapter: [String] = []

    @OptionGroup(title: "Computation") var computation: ComputationOptions

    @Flag(help: "Print one JSON document on standard output.")
    var json = false

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let workload = try checkedWorkload()
        let options = try computation.loadOptions()
        let stages = stages.isEmpty ? BenchmarkStage.ofModel : stages
        let ofPlanner = stages.contains(where: \.isOfPlanner)
        guard !ofPlanner || stages.allSatisfy(\.isOfPlanner) else {
            throw MusicError(
                .invalidRequest, "stages of the language model and of the audio model are measured one at a time",
                advice: "run vivace bench twice")
        }
        let report = try await withInterruption { [model, json] in
            try await withModel(model, ofPlanner: ofPlanner, environment) { name in
                let measurable = try await loaded(name, ofPlanner: ofPlanner, options, environment)
                return try await measure(measurable, model == nil ? "full size, random" : name, stages, workload, json)
            }
        }
        if json { Terminal.output(try report.json()) }
    }

    private func checkedWorkload() throws -> BenchmarkWorkload {
        _ = try MusicRequest(prompt: "bench", duration: duration, batchSize: batch, steps: steps).validate()
        for (name, value, range) in [
            ("--text-tokens", textTokens, 1...256), ("--lyric-tokens", lyricTokens, 1...2048),
            ("--repeats", repeats, 1...1000),
        ] where !range.contains(value) {
            throw MusicError(
                .invalidRequest, "\(name) is \(value)", advice: "use \(range.lowerBound) to \(range.upperBound)")
        }
        var workload = BenchmarkWorkload(
            duration: duration, batchSize: batch, steps: steps, textTokens: textTokens, lyricTokens: lyricTokens,
            repeats: repeats)
        workload.adapters = try AdapterUse.list(.list(adapter.map { .text($0) }))
        return workload
    }
}

/// Runs a closure with the named model, or with random weights that exist as long as it runs.
private func withModel<Result: Sendable>(
    _ name: String?, ofPlanner: Bool, _ environment: CommandEnvironment, _ body: (String) async throws -> Result
) async throws -> Result {
    if let name { return try await body(name) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    Terminal.note("writing random weights to \(folder.path)")
    let make = environment.makeRandomCheckpoint
    try make(folder, ofPlanner ? .planner("0.6B") : .model, 0) { _, _ in try Task.checkCancellation() }
    return try await body(folder.path)
}

private func loaded(
    _ name: String, ofPlanner: Bool, _ options: LoadOptions, _ environment: CommandEnvironment
) async throws -> any Measurable {
    let model: any Sendable
    let family: String
    let engine = environment.engine
    if ofPlanner {
        let planner = try await engine.planner(name, options: options).model
        (model, family) = (planner, planner.info.family)
    } else {
        let backend = try await engine.model(try await engine.find(name), options: options).model
        (model, family) = (backend, backend.info.family)
    }
    guard let measurable = model as? any Measurable else {
        throw MusicError(.unsupported, "models of the family \(family) can't be measured")
    }
    return measurable
}

private func measure(
    _ backend: any Measurable, _ name: String, _ stages: [BenchmarkStage], _ workload: BenchmarkWorkload,
    _ isQuiet: Bool
) async throws -> BenchReport {
    var report = BenchReport(
        model: name, info: backend.info, workload: workload,
        machine: .init(
            engine: backend.engine, matrixGflops: try await backend.matrixRate() / 1e9,
            memoryGigabytes: try await backend.memoryRate().map { $0 / 1e9 }))
    func show(_ line: String) { if !isQuiet { Terminal.output(line) } }
    show(report.header)
    for stage in stages {
        let measured = try await backend.measure(stage, workload)
        report.add(measured)
        show(report.line(of: measured))
    }
    report.peakRSSBytes = ProcessMemory.peakResidentBytes
    show("peak memory \(report.peakRSSBytes >> 20) MiB")
    return report
}

extension BenchmarkStage: ExpressibleByArgument {}
