import Foundation
import MusicCore
import Tokenizers

/// The tokens of the lyrics alone: what stands in the condition between the heading and the end of the text.
package struct LyricTokens: Sendable {
    package let ids: [Int32]
    /// Where they begin in the condition.
    package let offset: Int

    /// - Parameters:
    ///   - all: the tokens of heading, lyrics and end, as the condition has them.
    ///   - language: as the heading names it.
    ///   - tokenizer: of the text encoder.
    package init(_ all: [Int32], language: String?, _ tokenizer: Tokenizer) {
        offset = min(
            all.count, tokenizer.encode(PromptText.lyricsHeading(language), addSpecialTokens: false).count)
        let end = tokenizer.encode(PromptText.endOfText, addSpecialTokens: false)
        let stop = end.count == 1 ? all.firstIndex(of: end[0]) : nil
        ids = Array(all[offset..<max(offset, stop ?? all.count)])
    }

    /// The text that each token adds to what stands before it.
    ///
    /// A character of several tokens is U+FFFD with the first of them, and what is left of its bytes with the others,
    /// or nothing where that is no text.
    package static func texts(_ ids: [Int32], _ tokenizer: Tokenizer) -> [String] {
        var texts: [String] = []
        // Since the last complete character.
        var pending: [Int32] = []
        var known: [UInt8] = []
        for id in ids {
            pending.append(id)
            let bytes = Array(tokenizer.decode(pending).utf8)
            texts.append(
                bytes.count >= known.count ? String(validating: bytes[known.count...], as: UTF8.self) ?? "" : "")
            known = bytes
            if !bytes.suffix(3).elementsEqual("\u{FFFD}".utf8) { (pending, known) = ([], []) }
        }
        return texts
    }

    /// Which tokens are sung, and not part of a tag in brackets.
    ///
    /// - Parameter texts: each token's own.
    package static func areSung(_ texts: [String]) -> [Bool] {
        var isTag = false
        return texts.map { text in
            if text.contains("[") { isTag = true }
            let isSung = !isTag && !text.contains("]")
            if text.contains("]") { isTag = false }
            return isSung
        }
    }
}
