import ACEStep
import Testing

/// Lyrics never hold what stands around them.
struct SungTextTests {
    @Test(
        arguments: [
            ("# Lyric\n[Verse]\nla la", "[Verse]\nla la"),
            ("\n\n[Verse]\nla\n", "[Verse]\nla"),
            ("</think>\n\n# Lyric\n[Instrumental]", "[Instrumental]"),
            ("# Lyric\nfirst try\n</think>\n# Lyrics\n[Chorus]\nsecond", "[Chorus]\nsecond"),
            ("<think>\nbpm: 3\n</think>\nla", "la"),
            ("la\n<think>\nbpm: 3\n</think>", "la"),
            ("la</think># Lyric\nlo<|im_end|>", "lo"),
            ("la\n\nlo<|im_end|>\n<|im_start|>assistant\n", "la\n\nlo"),
            ("## LYRICS:\nla", "la"),
            ("# Lyric", nil), ("</think>\n", nil),
        ] as [(String, String?)])
    func whatCountsIsTheLastPartThatSaysSomething(_ text: String, _ expected: String?) {
        #expect(SungText.of(text) == expected ?? "")
    }
}
