import Foundation

/// What a message says of a set.
struct SetWish: Sendable, Equatable {
    var tracks: Int?
    /// Seconds of each.
    var duration: Double?
    var tempi: ClosedRange<Double>?
    var styles: [String] = []
    var moods: [String] = []
    var key: String?
    /// Whether voices are wanted, or not wanted; `nil` where nothing is said.
    var isInstrumental: Bool?
    /// Of the lyrics.
    var language: String?
    var curve: MoodCurve?
    /// Instruments that are named.
    var instruments: [String] = []

    /// Whether the message speaks of music at all.
    var isMusic: Bool {
        !styles.isEmpty || !moods.isEmpty || tempi != nil || key != nil || !instruments.isEmpty || curve != nil
    }

    init(_ message: String) {
        let text = message.lowercased()
        tracks = Words.trackCount(in: text)
        duration = Quantities.seconds(in: text)
        tempi = Self.tempi(in: text)
        styles = Style.named(in: text).map(\.name)
        moods = Mood.named(in: text).map(\.name)
        key = Self.key(in: message)
        if Words.contains(text, Self.instrumentalWords) {
            isInstrumental = true
        } else if Words.contains(text, Self.vocalWords) {
            isInstrumental = false
        }
        language = Self.languages.first { Words.contains(text, $0.words) }?.code
        curve = Self.curves.first { Words.contains(text, $0.words) }?.curve
        instruments = Self.instrumentWords.filter { Words.range(of: $0, in: text) != nil }
    }

    private static let instrumentalWords = [
        "instrumental", "instrumentals", "no vocals", "without vocals", "no singing", "no voice", "without voice",
        "no lyrics", "纯音乐", "インスト", "インストゥルメンタル",
    ]
    private static let vocalWords = [
        "vocal", "vocals", "singing", "singer", "sung", "lyrics", "voice", "with words", "人声", "歌词", "ボーカル", "歌詞",
    ]
    private static let languages: [(code: String, words: [String])] = [
        ("zh", ["chinese", "mandarin", "中文"]), ("ja", ["japanese", "日本語"]), ("ko", ["korean"]),
        ("de", ["german", "deutsch"]), ("fr", ["french", "français"]), ("es", ["spanish", "español"]),
        ("it", ["italian"]), ("pt", ["portuguese", "brazilian"]), ("ru", ["russian"]), ("en", ["english"]),
    ]
    private static let curves: [(curve: MoodCurve, words: [String])] = [
        (.windDown, ["wind down", "winding down", "winds down", "cool down", "fall asleep", "calming down"]),
        (.peakValley, ["peaks and valleys", "peak and valley", "ups and downs"]),
        (.building, ["building", "builds", "build up", "building up", "rising", "crescendo", "warm up", "warm-up"]),
        (.wave, ["wave", "waves"]), (.static, ["steady", "constant", "even energy"]),
    ]
    private static let instrumentWords = [
        "piano", "guitar", "violin", "cello", "strings", "saxophone", "trumpet", "flute", "harp", "organ", "drums",
        "bass", "synth", "choir", "accordion", "banjo", "marimba",
    ]

    /// Beats per minute: one number and a little around it, or from one to another.
    private static func tempi(in text: String) -> ClosedRange<Double>? {
        let range = /(\d{2,3})\s*(?:-|–|to|and|bis)\s*(\d{2,3})\s*(?:bpm|beats)/
        if let match = text.firstMatch(of: range), let low = Double(match.1), let high = Double(match.2), low <= high,
            (30...300).contains(low), (30...300).contains(high)
        {
            return low...high
        }
        if let match = text.firstMatch(of: /(\d{2,3})\s*(?:bpm|beats)|(?:bpm|tempo)\D{0,12}(\d{2,3})/),
            let number = (match.1 ?? match.2).flatMap({ Double($0) }), (30...300).contains(number)
        {
            return number...number
        }
        return nil
    }

    private static func key(in text: String) -> String? {
        let pattern = /\b([A-G](?:#|♯|b|♭)?)[ -]?(major|minor|maj|min|dur|moll)\b/.ignoresCase()
        guard let match = text.firstMatch(of: pattern) else { return nil }
        return KeyWheel("\(match.1) \(match.2)")?.name
    }
}
