import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace adapter extract`: an adapter of the difference of two models.
struct AdapterExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Make a LoRA of the difference of two models, and tell how much of it is kept.",
        discussion: """
            Example: vivace adapter extract my-tuned-turbo --from turbo --rank 32 --output tuned-32
            """)

    @Argument(help: "The model that was trained further: a folder, a hub id, or a short name.")
    var tuned: String

    @Option(help: "The model that the adapter is for, likewise.")
    var from: String

    @Option(help: "Most rows and columns of each module's matrices, 1 to 1024.")
    var rank = 16

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder to make; it must not exist yet.", valueName: "folder"))
    var output: String

    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let url = try PathArgument.url(output, "--output")
        let line = ProgressLine(isQuiet: quiet)
        let report = try await withInterruption { [tuned, from, rank] in
            defer { line.clear() }
            let (tools, base) = try await environment.engine.adapterTools(for: from)
            let location = try await environment.engine.find(tuned).location
            return try await tools.extract(location, from: base, rank: rank, to: url) { module in
                line.show("comparing \(module)")
            }
        }
        guard !json else {
            Terminal.output(try Terminal.json(of: report))
            return
        }
        func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
        Terminal.note(
            "rank \(report.rank) on \(report.moduleCount) modules keeps \(percent(report.keptEnergy)) of the "
                + "difference's energy; the error is \(percent(report.relativeError)) of its norm, at most "
                + "\(percent(report.worstError)) in \(report.worstModule)")
        if !report.leftOut.isEmpty {
            let shown = report.leftOut.prefix(3).joined(separator: ", ")
            Terminal.note("note: \(report.leftOut.count) tensors differ that no adapter can hold: \(shown)")
        }
        Terminal.output(output)
    }
}
