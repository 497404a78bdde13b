import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// Hearing a song while it is decoded.
struct StreamingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also write the samples as they are decoded, as a 16-bit .wav file or pipe, before the level rule. "
                + "With several songs, the next free numbers are put before the extension.",
            valueName: "file"))
    var stream: String?

    @Flag(help: "Play the song with the system's player: aplay, ffplay, mpv, play (SoX) or afplay.")
    var play = false

    /// - Throws: ``MusicError`` if there is no player, or nothing to stream.
    func playback(_ request: MusicRequest, of family: any MusicFamily, plan: OutputPlan?) throws -> Playback? {
        guard stream != nil || play else { return nil }
        if let reason = family.reasonAgainstStreaming(of: request) {
            throw MusicError(.invalidRequest, reason, advice: "leave out --stream and --play")
        }
        let file = try stream.map { try PathArgument.url($0, "--stream") }
        if let file {
            guard file.pathExtension.lowercased() == "wav" || Playback.isPipe(file) else {
                throw MusicError(
                    .invalidRequest, "--stream: '\(file.lastPathComponent)' is no .wav file",
                    advice: "end the name in .wav, or name a pipe")
            }
            guard request.batchSize == 1 || !Playback.isPipe(file) else {
                throw MusicError(
                    .invalidRequest, "--stream: a pipe takes one song, and \(request.batchSize) are asked for",
                    advice: "make one song, or end the name in .wav to have a file for each")
            }
            guard plan?.namedFile?.standardizedFileURL != file.standardizedFileURL else {
                throw MusicError(
                    .invalidRequest, "--stream and --output name the same file", advice: "choose two names")
            }
            try OutputPlan.checkTarget(file)
        }
        return Playback(file: file, count: request.batchSize, player: play ? try Player.find() : nil)
    }
}
