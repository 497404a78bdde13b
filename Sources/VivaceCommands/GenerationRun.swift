import Foundation
import MusicCore
import MusicEngine

/// One run of a session on the command line: what it shows on the way, and what it reports at the end.
struct GenerationRun: Sendable {
    let engine: Engine
    let order: GenerationOrder
    let found: Engine.Found
    let isQuiet: Bool
    var isVerbose = false
    /// Takes the samples as they are decoded.
    var playback: Playback?

    /// - Throws: ``MusicError`` or `CancellationError`; no half-written file is left behind.
    func report() async throws -> GenerationReport {
        let progress = ProgressReporter(isQuiet: isQuiet)
        defer { progress.clear() }
        defer { playback?.abandon() }
        var notices: [String] = []
        let result = try await GenerationSession(engine, order).result { event in
            progress.show(event, of: found)
            if case .notice(let text) = event { notices.append(text) }
            if case .audio(let chunk) = event { playback?.take(chunk) }
        }
        let streams = try await playback?.finish(result.songs.compactMap { $0.path.map { URL(fileURLWithPath: $0) } })
        if result.songs.count > 1 {
            // Their numbers are the next free ones.
            let latents = order.request.output == .latents ? [] : result.songs.compactMap(\.latentsPath)
            if !latents.isEmpty { progress.note("latents: \(latents.joined(separator: ", "))") }
            if let streams, !streams.isEmpty {
                progress.note("streamed: \(streams.map(\.relativePath).joined(separator: ", "))")
            }
        }
        let report = GenerationReport(result, order, family: found.family, notices: notices)
        if isVerbose { report.verboseLines.forEach(progress.note) }
        return report
    }
}
