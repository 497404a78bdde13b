/// The words to sing in lyrics that a language model wrote, without what stands around them in its answers.
package enum SungText {
    /// The last part of a text that says something.
    ///
    /// A model that begins anew writes another chain of thought, or another heading; neither is sung, and nor are the
    /// tokens that begin and end turns.
    package static func of(_ text: String) -> String {
        var parts: [String] = [""]
        var isThought = false
        let lines = text.replacing(tag) { "\n\($0.output)\n" }.feedLines
        for line in lines {
            let plain = line.trimmed
            if plain == "<think>" {
                isThought = true
                parts.append("")
            } else if plain == "</think>" {
                // What stands before an end without a beginning was thought too.
                isThought = false
                parts.append("")
            } else if plain.wholeMatch(of: marker) != nil {
                continue
            } else if plain.wholeMatch(of: heading) != nil {
                parts.append("")
            } else if !isThought {
                parts[parts.count - 1] += line + "\n"
            }
        }
        return parts.map(\.trimmed).last { !$0.isEmpty } ?? ""
    }

    // Computed, as a `Regex` is not `Sendable`.

    /// Tags of a chain of thought, and tokens that begin and end turns and texts.
    private static var tag: Regex<Substring> {
        /<\/?think>|<\|im_start\|>(?:assistant)?|<\|(?:im_end|endoftext)\|>/
    }

    /// A line that is a token which begins or ends a turn or a text.
    private static var marker: Regex<Substring> {
        /<\|im_start\|>(?:assistant)?|<\|(?:im_end|endoftext)\|>/
    }

    /// The heading of the lyrics.
    private static var heading: Regex<Substring> { /#+\s*(?i:lyri(?:cs?|s)?)\s*:?/ }
}
