import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models verify`: hash a model's files anew.
struct ModelsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hash a model's files anew and compare with what the hub recorded.",
        discussion: "Exit code 1 if a file is damaged or missing.")

    @Argument(help: "A short name, a hub id, or a folder.")
    var name: String

    @Flag(help: "Download damaged and missing files anew.")
    var repair = false

    @Flag(help: "Print one JSON document.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress, and nothing about intact files.")
    var quiet = false

    func run() async throws {
        let locator = try ModelsSupport.locator()
        let report = try await verified(locator)
        if !repair || report.isIntact {
            try finish(report)
            return
        }
        let left = try locator.discardDamaged(report)
        guard left.isEmpty else {
            throw MusicError(
                .invalidCheckpoint,
                "damaged files outside the model cache are not touched: \(left.joined(separator: ", "))",
                advice: "copy or download them again")
        }
        let reporter = DownloadReporter(isQuiet: quiet)
        _ = try await withInterruption { [name] in
            defer { reporter.clear() }
            return try await locator.pull([name]) { reporter.show($0) }
        }
        try finish(try await verified(locator))
    }

    private func verified(_ locator: ModelLocator) async throws -> VerificationReport {
        let line = ProgressLine(isQuiet: quiet)
        return try await withInterruption { [name] in
            defer { line.clear() }
            return try await locator.verify(name) { bytes, total in
                let percent = total > 0 ? Int(100 * Double(bytes) / Double(total)) : 100
                line.show("checking: \(percent) % of \(ByteCount.text(total))")
            }
        }
    }

    /// Shows a report; ends with exit code 1 if it is a bad one.
    private func finish(_ report: VerificationReport) throws {
        if json {
            Terminal.output(try ModelsSupport.json(report))
        } else {
            for file in report.files { show(file) }
            let counts = [
                (VerificationReport.Outcome.intact, "intact"), (.damaged, "damaged"), (.missing, "missing"),
                (.unrecorded, "without a recorded hash"),
            ].map { outcome, text in (report.files.count { $0.outcome == outcome }, text) }
            let summary = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            Terminal.output("\(name): \(summary.isEmpty ? "no files" : summary)")
        }
        if !report.isIntact {
            let bad = report.files.count { $0.outcome == .damaged || $0.outcome == .missing }
            throw MusicError(
                .invalidCheckpoint,
                "\(bad) file\(bad == 1 ? "" : "s") of '\(name)' \(bad == 1 ? "is" : "are") damaged or missing",
                suggestion: .verify(model: name))
        }
    }

    private func show(_ file: VerificationReport.File) {
        switch file.outcome {
        case .intact: if !quiet { Terminal.output("intact   \(file.path)") }
        case .unrecorded: if !quiet { Terminal.output("no hash  \(file.path)") }
        case .missing: Terminal.output("missing  \(file.path)")
        case .damaged:
            Terminal.output("damaged  \(file.path) (\(file.actual ?? "?") where \(file.expected ?? "?") is expected)")
        }
    }
}
