import MLX
import MusicCore
import Qwen3
import Tokenizers

/// The token ids of a prompt's two texts.
package struct PromptTokens: Hashable {
    package let text: [Int32]
    /// None if the song has no lyrics to attend to.
    package let lyrics: [Int32]

    package init(text: [Int32], lyrics: [Int32]) {
        self.text = text
        self.lyrics = lyrics
    }

    /// `[1, tokens]`.
    package var textArray: MLXArray { MLXArray(text, [1, text.count]) }
    /// `[1, tokens]`; `nil` if the song has no lyrics to attend to.
    package var lyricsArray: MLXArray? { lyrics.isEmpty ? nil : MLXArray(lyrics, [1, lyrics.count]) }

    /// Splits a prompt's texts into tokens and cuts what is too long.
    ///
    /// - Parameters:
    ///   - prompt: the texts.
    ///   - tokenizer: that of the text encoder.
    ///   - configuration: sizes of the text encoder.
    ///   - textLimit: most tokens of the text, with the end token that the tokenizer adds.
    ///   - lyricsLimit: most tokens of the lyrics, likewise; `nil` leaves the lyrics out.
    /// - Returns: the ids, and what the user should know.
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` if tokenizer and text encoder don't fit together.
    package static func encode(
        _ prompt: PromptText, _ tokenizer: Tokenizer, _ configuration: Qwen3Configuration, textLimit: Int = 256,
        lyricsLimit: Int? = 2048
    ) throws -> (tokens: PromptTokens, notices: [String]) {
        var notices: [String] = []
        func encode(_ text: String, _ name: String, limit: Int) throws -> [Int32] {
            let ids = tokenizer.encode(text, maxLength: limit)
            if ids.count == limit {
                let count = tokenizer.encode(text).count
                if count > limit {
                    notices.append("The \(name) makes \(count) tokens; what is beyond \(limit) is cut off")
                }
            }
            if let bad = ids.first(where: { $0 >= configuration.vocabularySize }) {
                throw MusicError(
                    .invalidCheckpoint,
                    "The tokenizer gives the id \(bad), but the text encoder knows \(configuration.vocabularySize) ids",
                    advice: "the folders of tokenizer and text encoder must come from one checkpoint")
            }
            return ids
        }
        let tokens = PromptTokens(
            text: try encode(prompt.text, "caption with its metadata", limit: textLimit),
            lyrics: try lyricsLimit.map { try encode(prompt.lyrics, "lyrics text", limit: $0) } ?? [])
        return (tokens, notices)
    }
}
