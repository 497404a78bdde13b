import Foundation
import MusicCore
import MusicManager

/// What `vivace understand`, `create` and `format` print.
extension DescriptionResult {
    /// Line by line, the lyrics last.
    var lines: [String] {
        let fields: [(String, String)] = [
            ("caption", caption), ("bpm", bpm.map(String.init) ?? ""),
            ("duration", duration.map { "\(Int($0)) s" } ?? ""), ("key", keyscale), ("metre", timesignature),
            ("language", language), ("genres", genres),
        ]
        let known = fields.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        return known + (lyrics.isEmpty ? [] : ["", lyrics])
    }

    /// Prints the description, as JSON or as lines, or the failure as JSON before it is thrown on.
    static func show(
        json: Bool, status: String, _ work: () async throws -> SongDescription
    ) async throws -> SongDescription {
        do {
            let description = try await work()
            let report = DescriptionResult(description, status: status)
            if json {
                Terminal.output(try GenerationReport.json(of: report))
            } else {
                report.lines.forEach(Terminal.output)
            }
            return description
        } catch {
            if json { Terminal.output(try GenerationReport.json(of: DescriptionResult(failure: error))) }
            throw error
        }
    }
}
