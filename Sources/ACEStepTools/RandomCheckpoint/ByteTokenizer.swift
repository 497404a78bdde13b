import Foundation
import MusicCore
import Tokenizers

/// The `tokenizer.json` of a tokenizer that knows every byte and no word, in the form of Qwen3's, with its end-of-text
/// tokens at their usual ids.
package enum ByteTokenizer {
    /// Ids of special tokens in Qwen3's vocabulary.
    private static let specialTokens = [
        ("<|endoftext|>", 151_643), ("<|im_start|>", 151_644), ("<|im_end|>", 151_645),
    ]

    /// The pattern by which Qwen2 and Qwen3 split text into words.
    private static let pattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
        + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// What the planner's tokenizer has beside these: marks around its thoughts, and a token for each audio code.
    package static func planningTokens(codes: Int) -> [(String, Int)] {
        [("<think>", 151_667), ("</think>", 151_668)]
            + (0..<codes).map { (AudioCodeText.text([$0]), 151_669 + $0) }
    }

    /// The file's contents.
    ///
    /// - Parameter addedTokens: tokens that are found as they are in any text, with their ids.
    package static func json(addedTokens: [(String, Int)] = []) throws -> Data {
        let specialTokens = specialTokens + addedTokens
        var vocabulary: [String: Int] = [:]
        // Ids follow the order of the characters, as in GPT-2's vocabulary and all that came after it.
        for (id, scalar) in ByteAlphabet.scalars.sorted().enumerated() {
            vocabulary[String(decoding: [scalar], as: UTF16.self)] = id
        }
        for (token, id) in Self.specialTokens { vocabulary[token] = id }
        let byteLevel: [String: Any] = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false,
        ]
        let split: [String: Any] = [
            "type": "Split", "pattern": ["Regex": pattern], "behavior": "Isolated", "invert": false,
        ]
        let end: [String: Any] = ["SpecialToken": ["id": specialTokens[0].0, "type_id": 0]]
        let text: [String: Any] = ["Sequence": ["id": "A", "type_id": 0]]
        let secondText: [String: Any] = ["Sequence": ["id": "B", "type_id": 0]]
        let template: [String: Any] = [
            "type": "TemplateProcessing", "single": [text, end], "pair": [text, end, secondText, end],
            "special_tokens": [
                specialTokens[0].0: [
                    "id": specialTokens[0].0, "ids": [specialTokens[0].1], "tokens": [specialTokens[0].0],
                ] as [String: Any]
            ],
        ]
        let model: [String: Any] = [
            "type": "BPE", "dropout": NSNull(), "unk_token": NSNull(), "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": [String](),
        ]
        let file: [String: Any] = [
            "version": "1.0", "truncation": NSNull(), "padding": NSNull(),
            "added_tokens": specialTokens.map { token, id in
                [
                    "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true,
                ] as [String: Any]
            },
            "normalizer": ["type": "NFC"],
            "pre_tokenizer": ["type": "Sequence", "pretokenizers": [split, byteLevel]] as [String: Any],
            "post_processor": ["type": "Sequence", "processors": [byteLevel, template]] as [String: Any],
            "decoder": byteLevel, "model": model,
        ]
        return try JSONSerialization.data(withJSONObject: file, options: [.prettyPrinted, .sortedKeys])
    }
}
