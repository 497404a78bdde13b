import MusicCore
import Testing

/// Texts of strangers, which don't steer a terminal.
struct PlainTextTests {
    @Test(
        arguments: [
            ("slow jazz, naïve 日本 👨‍👩‍👧", "slow jazz, naïve 日本 👨‍👩‍👧"), ("a\u{1B}[31mred", "a\u{FFFD}[31mred"),
            ("a\rb\u{8}c\u{7}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}"), ("a\u{202E}b", "a\u{FFFD}b"),
            ("\u{9B}1m", "\u{FFFD}1m"),
            ("a\u{2028}b", "a\u{FFFD}b"), ("", ""),
        ])
    func whatSteersIsReplaced(_ text: String, _ shown: String) {
        #expect(PlainText.shown(text) == shown)
    }

    @Test func summariesShowPlainText() {
        #expect(MusicRequest.shortened("a\nb\u{1B}]0;x\u{7}") == "a / b\u{FFFD}]0;x\u{FFFD}")
    }
}
