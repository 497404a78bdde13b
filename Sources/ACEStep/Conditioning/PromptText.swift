import Foundation
import MusicCore

/// The two texts that a request becomes, in the forms with which the model was trained.
package struct PromptText: Sendable, Equatable {
    /// Instruction, caption and metadata, or the caption alone, for the text encoder.
    package let text: String
    /// Language and lyrics, for the lyric encoder.
    package let lyrics: String

    /// Ends both texts.
    static let endOfText = "<|endoftext|>"
    /// Stands for lyrics where nothing is sung.
    static let instrumentalLyrics = "[Instrumental]"
    /// Stands for a language that is not given.
    static let unknownLanguage = "unknown"

    /// Formats a request.
    ///
    /// - Parameters:
    ///   - request: what to make.
    ///   - instruction: the task's sentence; a colon is added if it has none at the end.
    package init(_ request: ACEStepRequest, instruction: String) {
        guard request.usesTemplate else {
            (text, lyrics) = (request.prompt, Self.lyrics(request))
            return
        }
        let sentence = instruction.hasSuffix(":") ? instruction : instruction + ":"
        text =
            "# Instruction\n\(sentence)\n\n# Caption\n\(request.prompt)\n\n"
            + "# Metas\n\(Self.metadata(request))\(Self.endOfText)\n"
        lyrics = Self.lyrics(request)
    }

    private static func lyrics(_ request: ACEStepRequest) -> String {
        let sung = request.instrumental ? instrumentalLyrics : request.lyrics
        return "\(lyricsHeading(request.vocalLanguage))\(sung)\(endOfText)"
    }

    /// What stands before the lyrics.
    static func lyricsHeading(_ language: String?) -> String {
        "# Languages\n\(language.flatMap { $0.isEmpty ? nil : $0 } ?? unknownLanguage)\n\n# Lyric\n"
    }

    /// The metadata as four lines; what is not known is `N/A`, and the duration is in whole seconds.
    package static func metadata(_ request: ACEStepRequest) -> String {
        func known(_ text: String?) -> String {
            text.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } ?? "N/A"
        }
        let bpm = request.bpm.flatMap { $0 > 0 ? String($0) : nil }
        let seconds = request.duration.flatMap { $0 > 0 ? Int($0) : nil } ?? 30
        return "- bpm: \(bpm ?? "N/A")\n"
            + "- timesignature: \(known(request.timeSignature))\n"
            + "- keyscale: \(known(request.keyScale))\n"
            + "- duration: \(seconds) seconds\n"
    }
}
