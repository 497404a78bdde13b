import MusicCore
import Tokenizers

/// What the planner is asked, as turns of a chat.
///
/// A text from outside can't leave its turn: special tokens that it spells out, such as `<|im_end|>` or an audio code,
/// are encoded as the characters that they are. Audio codes come as numbers.
package struct PlannerPrompt: Sendable, Equatable {
    /// A part of the prompt.
    enum Part: Sendable, Equatable {
        case turnStart
        case turnEnd
        case thinkStart
        case thinkEnd
        case text(String)
        case codes([Int])
    }

    private(set) var parts: [Part]

    /// What the model was trained on where the user says nothing.
    package static let noInput = "NO USER INPUT"

    private init(instruction: String, user: [Part]) {
        parts = [
            .turnStart, .text("system\n# Instruction\n\(instruction)\n\n"), .turnEnd, .text("\n"), .turnStart,
        ]
        // One text is encoded at once: its words may have tokens in common with what is around them.
        if case .text(let text) = user.first, user.count == 1 {
            parts.append(.text("user\n\(text)"))
        } else {
            parts.append(.text("user\n"))
            parts += user
        }
        parts += [.turnEnd, .text("\n"), .turnStart, .text("assistant\n")]
    }

    private static let generate = "Generate audio semantic tokens based on the given conditions:"
    private static let understand =
        "Understand the given musical conditions and describe the audio semantics accordingly:"
    private static let expand = "Expand the user's input into a more detailed and specific musical description:"
    private static let rewrite = "Format the user's input into a more detailed and specific musical description:"

    // MARK: Modes

    /// Asks for a chain of thought for a song, or with one (``thinking(_:)``) for its audio codes.
    package static func generation(caption: String, lyrics: String) -> PlannerPrompt {
        PlannerPrompt(instruction: generate, user: [.text("# Caption\n\(caption)\n\n# Lyric\n\(lyrics)\n")])
    }

    /// What guidance leads away from while a chain of thought is written.
    ///
    /// - Parameters:
    ///   - lyrics: of the song.
    ///   - negativePrompt: the caption to lead away from; without a meaningful one it is having none.
    package static func negativeReasoning(lyrics: String, negativePrompt: String?) -> PlannerPrompt {
        guard let negative = meaningful(negativePrompt) else {
            return PlannerPrompt(instruction: generate, user: [.text("# Lyric\n\(lyrics)\n")])
        }
        return generation(caption: negative, lyrics: lyrics)
    }

    /// What guidance leads away from while audio codes are written: an empty chain of thought after the negative
    /// prompt, or after no input.
    package static func negativeCodes(negativePrompt: String?) -> PlannerPrompt {
        PlannerPrompt(instruction: generate, user: [.text(meaningful(negativePrompt) ?? noInput)])
            .thinking("<think>\n\n</think>")
    }

    /// Asks what audio codes sound like; without codes there is no input.
    package static func understanding(codes: [Int]) -> PlannerPrompt {
        PlannerPrompt(instruction: understand, user: codes.isEmpty ? [.text(noInput)] : [.codes(codes)])
    }

    /// Asks for a song from a few words.
    ///
    /// - Parameters:
    ///   - query: what the user wants; blank for anything.
    ///   - instrumental: without words to sing.
    package static func creation(query: String, instrumental: Bool) -> PlannerPrompt {
        let query = query.trimmed.isEmpty ? noInput : query
        return PlannerPrompt(instruction: expand, user: [.text("\(query)\n\ninstrumental: \(instrumental)")])
    }

    /// Asks for a better caption and laid out lyrics.
    ///
    /// - Parameters:
    ///   - caption: the user's; blank for none.
    ///   - lyrics: the user's; blank for an instrumental.
    package static func formatting(caption: String, lyrics: String) -> PlannerPrompt {
        let caption = caption.trimmed.isEmpty ? noInput : caption
        let lyrics = lyrics.trimmed.isEmpty ? "[Instrumental]" : lyrics
        return PlannerPrompt(instruction: rewrite, user: [.text("# Caption\n\(caption)\n\n# Lyric\n\(lyrics)")])
    }

    /// The prompt with a chain of thought at the beginning of the answer, which audio codes are to follow.
    ///
    /// - Parameter chainOfThought: such as ``PlanText/chainOfThought(_:)`` gives, with its tags.
    package func thinking(_ chainOfThought: String) -> PlannerPrompt {
        var prompt = self
        var body = chainOfThought[...]
        if body.hasPrefix("<think>") { body = body.dropFirst("<think>".count) }
        if body.hasSuffix("</think>") { body = body.dropLast("</think>".count) }
        prompt.parts += [.thinkStart, .text(String(body)), .thinkEnd, .text("\n\n")]
        return prompt
    }

    /// A negative prompt that says something; `nil` if it is blank or the words for no input.
    package static func meaningful(_ negativePrompt: String?) -> String? {
        guard let negativePrompt else { return nil }
        let trimmed = negativePrompt.trimmed
        return trimmed.isEmpty || trimmed == noInput ? nil : negativePrompt
    }

    // MARK: Forms

    /// The prompt as text, for people to read.
    package var text: String {
        parts.map { part in
            switch part {
            case .turnStart: "<|im_start|>"
            case .turnEnd: "<|im_end|>"
            case .thinkStart: "<think>"
            case .thinkEnd: "</think>"
            case .text(let text): text
            case .codes(let codes): AudioCodeText.text(codes)
            }
        }.joined()
    }

    /// The tokens of the prompt.
    ///
    /// - Throws: `MusicError` with code `.invalidRequest` if the vocabulary has no token for one of the audio codes.
    package func tokens(_ vocabulary: PlanVocabulary) throws -> [Int] {
        var tokens: [Int] = []
        for part in parts {
            switch part {
            case .turnStart: tokens.append(vocabulary.turnStart)
            case .turnEnd: tokens.append(vocabulary.end)
            case .thinkStart: tokens.append(vocabulary.thinkStart)
            case .thinkEnd: tokens.append(vocabulary.thinkEnd)
            case .text(let text): tokens += vocabulary.tokenizer.encodePlainly(text).lazy.map(Int.init)
            case .codes(let codes):
                for code in codes {
                    guard let token = vocabulary.token(ofCode: code) else {
                        throw MusicError(
                            .invalidRequest, "there is no audio code \(code)",
                            advice: "use codes from 0 to \(vocabulary.codeCount - 1)")
                    }
                    tokens.append(token)
                }
            }
        }
        return tokens
    }
}
