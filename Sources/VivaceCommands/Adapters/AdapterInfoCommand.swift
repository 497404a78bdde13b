import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// `vivace adapter info`: what an adapter is, and what a model takes of it.
struct AdapterInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Show what an adapter is, and with --model what that model takes of it.")

    @Argument(help: "A folder or a .safetensors file.", completion: .file())
    var adapter: String

    @Option(help: "A folder, a hub id, or a short name: every module of the adapter must fit it.")
    var model: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() async throws {
        let environment = try CommandEnvironment.required()
        try PathArgument.check(adapter, "the adapter")
        let report: AdapterReport
        if let model {
            let (tools, location) = try await environment.engine.adapterTools(for: model)
            report = try tools.report(adapter, for: location)
        } else {
            report = try environment.engine.adapterTools.report(adapter, for: nil)
        }
        guard !json else {
            Terminal.output(try Terminal.json(of: report))
            return
        }
        Terminal.output(Self.lines(of: report).joined(separator: "\n"))
    }

    private static func lines(of report: AdapterReport) -> [String] {
        func counts(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        var rows: [(String, String)] = [("adapter", report.name), ("kind", report.kind)]
        if !report.ranks.isEmpty { rows.append(("rank", report.ranks.map(String.init).joined(separator: ", "))) }
        if let alpha = report.alpha {
            rows.append(("alpha", alpha.plainText + (report.isRankStabilized ? " (over the root of the rank)" : "")))
        }
        rows += [
            ("modules", "\(report.moduleCount): \(counts(report.groups))"), ("targets", counts(report.targets)),
            ("tensors", "\(report.matchedTensors) used, \(report.unmatchedTensors.count) not"),
            ("size", ByteCount.text(Int64(report.byteCount))),
        ]
        if let base = report.baseModel { rows.append(("trained on", base)) }
        if let trigger = report.trigger { rows.append(("trigger", trigger)) }
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + PlainText.shown($0.1) }
        return table
            + (([report.unmatchedNotice].compactMap { $0 } + report.notices).map { "note: \(PlainText.shown($0))" })
    }
}
