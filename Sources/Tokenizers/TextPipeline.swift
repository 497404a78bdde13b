import Foundation
import MusicCore
import StreamingJSON

/// The steps before byte-pair encoding one by one, for tests of the package.
package enum TextPipeline {
    /// The text in a normalization form, `NFC` or `NFD`.
    package static func normalized(_ text: [UInt32], _ form: String) -> [UInt32] {
        (form == "NFC" ? Normalizer.canonicalComposition : .canonicalDecomposition).apply(text)
    }

    /// A function that splits text by a pattern; see the entry `Split` of `tokenizer.json`.
    package static func splitter(
        pattern: String, behavior: String, isInverted: Bool
    ) throws -> @Sendable ([UInt32]) -> [[UInt32]] {
        do {
            let preTokenizer = try PreTokenizer(
                .object([
                    "type": .string("Split"), "pattern": .object(["Regex": .string(pattern)]),
                    "behavior": .string(behavior), "invert": .bool(isInverted),
                ]))
            return { text in
                var pieces: [[UInt32]] = []
                preTokenizer.forEachPiece(of: text) { piece in
                    pieces.append(Array(piece))
                    return true
                }
                return pieces
            }
        } catch let fault as TokenizerFault {
            throw fault.error(in: URL(filePath: "tokenizer.json"))
        }
    }
}
