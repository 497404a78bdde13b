/// What is known of a kind of music.
struct Style: Sendable {
    var name: String
    /// Words by which it is asked for, in lower case, beside its name.
    var words: [String]
    /// Usual tempi, in beats per minute.
    var tempi: ClosedRange<Double>
    /// Instruments, of which each track has some.
    var instruments: [String]
    /// What it sounds like as a whole.
    var production: String
    /// 0 to 1.
    var energy: Double
    var isMinor: Bool

    static let all: [Style] = [
        Style(
            "ambient", ["drone", "氛围", "アンビエント"], 60...85,
            ["soft pads", "glassy bells", "slow swells", "field recordings"], "wide reverb, no drums", 0.15, false),
        Style(
            "lo-fi", ["lofi", "lo fi", "chillhop", "study", "ローファイ"], 72...88,
            ["dusty electric piano", "muted guitar", "brushed drums", "round bass"], "vinyl crackle, warm and close",
            0.3, true),
        Style(
            "downtempo", ["trip hop", "trip-hop", "chillout"], 80...100,
            ["deep bass", "electric piano", "slow breakbeat", "soft strings"], "dark, roomy", 0.35, true),
        Style(
            "jazz", ["swing", "bebop", "爵士", "ジャズ"], 92...140,
            ["upright bass", "piano", "brushed drums", "tenor saxophone"], "small club, natural room", 0.45, false),
        Style(
            "bossa nova", ["bossa"], 110...136, ["nylon guitar", "shaker", "soft piano", "upright bass"],
            "intimate and warm", 0.35, false),
        Style(
            "classical", ["orchestral", "orchestra", "古典", "クラシック"], 66...108,
            ["strings", "woodwinds", "french horns", "harp"], "concert hall, wide dynamics", 0.4, false),
        Style(
            "piano", ["solo piano", "钢琴", "ピアノ"], 60...90, ["felt piano", "soft pedal"], "close microphones, quiet",
            0.25, true),
        Style(
            "folk", ["acoustic", "indie folk", "singer-songwriter", "民谣"], 84...116,
            ["acoustic guitar", "hand claps", "upright bass", "fiddle"], "warm, woody, close", 0.4, false),
        Style(
            "country", [], 96...130, ["steel guitar", "acoustic guitar", "train beat", "banjo"], "bright and open", 0.5,
            false),
        Style(
            "pop", ["流行", "ポップ", "j-pop", "k-pop"], 98...124,
            ["bright synths", "punchy drums", "electric bass", "clean guitar"], "polished, catchy hooks", 0.6, false),
        Style(
            "city pop", ["シティポップ"], 104...120, ["slap bass", "electric piano", "clean funk guitar", "brass stabs"],
            "glossy eighties production", 0.55, false),
        Style(
            "r&b", ["rnb", "soul", "neo soul"], 72...98,
            ["electric piano", "sub bass", "snappy drums", "silky guitar"], "smooth, late-night", 0.4, true),
        Style(
            "funk", ["disco", "groove", "放克"], 104...122, ["slap bass", "clavinet", "horn section", "tight drums"],
            "dry and punchy", 0.7, false),
        Style(
            "hip-hop", ["hip hop", "rap", "boom bap", "嘻哈", "ヒップホップ"], 84...98,
            ["boom bap drums", "sampled keys", "deep bass", "vinyl scratches"], "gritty and heavy", 0.55, true),
        Style(
            "trap", [], 130...150, ["808 bass", "rapid hi-hats", "dark bells", "brass hits"], "huge low end", 0.7, true),
        Style(
            "reggae", ["dub", "ska"], 70...90, ["offbeat guitar", "round bass", "organ bubble", "rimshots"],
            "sunny, spacious echoes", 0.45, false),
        Style(
            "latin", ["salsa", "reggaeton", "cumbia"], 92...104, ["congas", "piano montuno", "brass", "nylon guitar"],
            "lively and warm", 0.65, true),
        Style(
            "rock", ["indie rock", "alternative", "摇滚", "ロック"], 108...144,
            ["electric guitars", "driving drums", "bass guitar", "organ"], "live room, saturated", 0.75, false),
        Style(
            "metal", ["punk", "hardcore"], 140...180, ["distorted guitars", "double kick drums", "growling bass"],
            "dense and aggressive", 0.95, true),
        Style(
            "synthwave", ["retrowave", "outrun", "80s", "eighties"], 96...118,
            ["analog arpeggios", "gated drums", "pulsing bass", "neon pads"], "wide, nostalgic, glowing", 0.6, true),
        Style(
            "house", ["deep house", "浩室", "ハウス"], 118...126,
            ["four-on-the-floor kick", "offbeat hi-hats", "deep bass", "piano chords"], "club mix, side-chained pads",
            0.7, true),
        Style(
            "techno", ["テクノ", "电子", "electronic", "edm", "dance"], 126...138,
            ["rolling kick", "acid line", "metallic percussion", "dark pads"], "hypnotic, driving", 0.85, true),
        Style(
            "trance", [], 134...142, ["super-saw leads", "rolling bass", "airy pads", "claps"], "euphoric, soaring",
            0.85, true),
        Style(
            "drum and bass", ["dnb", "drum & bass", "drum'n'bass", "jungle"], 170...176,
            ["fast breakbeats", "reese bass", "airy pads", "vocal chops"], "fast and deep", 0.9, true),
        Style(
            "cinematic", ["soundtrack", "film", "epic", "trailer"], 80...120,
            ["strings", "taiko drums", "low brass", "choir pads"], "wide screen, building", 0.6, true),
        Style(
            "chiptune", ["8-bit", "8 bit", "game"], 120...150, ["square-wave leads", "noise drums", "triangle bass"],
            "pixelated and playful", 0.65, false),
    ]

    private init(
        _ name: String, _ words: [String], _ tempi: ClosedRange<Double>, _ instruments: [String],
        _ production: String, _ energy: Double, _ isMinor: Bool
    ) {
        self.name = name
        self.words = words
        self.tempi = tempi
        self.instruments = instruments
        self.production = production
        self.energy = energy
        self.isMinor = isMinor
    }

    /// The styles that a text asks for, in its order; longer names first, so that "city pop" is not pop.
    static func named(in text: String) -> [Style] {
        var rest = text.lowercased()
        var found: [(place: Int, style: Style)] = []
        let names = all.flatMap { style in ([style.name] + style.words).map { ($0, style) } }
        for (word, style) in names.sorted(by: { $0.0.count > $1.0.count }) {
            guard let range = Words.range(of: word, in: rest) else { continue }
            let place = rest.distance(from: rest.startIndex, to: range.lowerBound)
            rest.replaceSubrange(range, with: String(repeating: "\u{1}", count: rest[range].count))
            if !found.contains(where: { $0.style.name == style.name }) { found.append((place, style)) }
        }
        return found.sorted { $0.place < $1.place }.map(\.style)
    }
}

/// How a set feels.
struct Mood: Sendable {
    var name: String
    var words: [String]
    /// What it adds to energy, and by what it multiplies tempi.
    var energy: Double
    var tempo: Double
    /// For titles.
    var nouns: [String]

    static let all: [Mood] = [
        Mood(
            name: "chill",
            words: [
                "chilled", "chilling", "relax", "relaxed", "relaxing", "calm", "mellow", "laid-back", "轻松", "放松", "チル",
            ], energy: -0.2, tempo: 0.94,
            nouns: ["Slow Tide", "Soft Corner", "Warm Window", "Second Coffee", "Low Sun"]),
        Mood(
            name: "dreamy", words: ["dream", "floating", "ethereal", "梦幻"], energy: -0.15, tempo: 0.96,
            nouns: ["Paper Moon", "Half Asleep", "Glass Garden", "Drift", "Cloud Index"]),
        Mood(
            name: "sad", words: ["melancholic", "melancholy", "sorrowful", "heartbreak", "悲伤", "悲しい"], energy: -0.2,
            tempo: 0.92, nouns: ["Grey Letter", "Empty Platform", "Last Rain", "Faded Ink", "Quiet House"]),
        Mood(
            name: "dark", words: ["moody", "gloomy", "noir", "黑暗"], energy: 0, tempo: 0.98,
            nouns: ["Black Water", "Under Streets", "No Lamp", "Iron Hours", "Shadow Play"]),
        Mood(
            name: "romantic", words: ["love", "tender", "浪漫", "恋"], energy: -0.1, tempo: 0.95,
            nouns: ["Two Glasses", "Your Street", "Close", "Candle Hour", "Sunday Skin"]),
        Mood(
            name: "happy", words: ["cheerful", "joyful", "bright", "sunny", "快乐", "开心", "楽しい"], energy: 0.15,
            tempo: 1.03, nouns: ["Open Windows", "Good Morning", "Lemon Light", "First Bike", "Yellow Day"]),
        Mood(
            name: "energetic",
            words: ["energy", "upbeat", "party", "hype", "workout", "gym", "driving", "running", "热烈", "激しい"],
            energy: 0.25, tempo: 1.05,
            nouns: ["Full Speed", "Red Line", "Crowd Control", "Nine Lives", "Run the Lights"]),
        Mood(
            name: "nostalgic", words: ["retro", "vintage", "怀旧", "懐かしい"], energy: 0, tempo: 1,
            nouns: ["Old Cassette", "Summer of Static", "Polaroid", "Arcade Rain", "Home Video"]),
        Mood(
            name: "focused", words: ["focus", "concentration", "work", "coding", "专注"], energy: -0.1, tempo: 0.98,
            nouns: ["Clear Desk", "Long Sentence", "Straight Line", "Deep Work", "Margin Notes"]),
        Mood(
            name: "night", words: ["late-night", "late night", "midnight", "evening", "夜"], energy: -0.05, tempo: 1,
            nouns: ["Empty Highway", "Blue Hour", "Last Train", "City Below", "Neon Puddles"]),
    ]

    static func named(in text: String) -> [Mood] {
        all.filter { mood in ([mood.name] + mood.words).contains { Words.range(of: $0, in: text.lowercased()) != nil } }
    }
}

/// Looks for words in texts.
enum Words {
    /// Where a word stands in a text in lower case, between what is no letter; of scripts without spaces anywhere.
    static func range(of word: String, in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex, let range = text[start...].firstRange(of: word) {
            let isSpaced = word.unicodeScalars.allSatisfy { $0.value < 0x2E80 }
            let before = range.lowerBound == text.startIndex ? " " : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? " " : text[range.upperBound]
            if !isSpaced || (!isWord(before) && !isWord(after)) { return range }
            start = text.index(after: range.lowerBound)
        }
        return nil
    }

    static func contains(_ text: String, _ words: [String]) -> Bool {
        words.contains { range(of: $0, in: text) != nil }
    }

    private static func isWord(_ character: Character) -> Bool {
        (character.isLetter && character.unicodeScalars.allSatisfy { $0.value < 0x2E80 }) || character.isNumber
    }

    /// Numbers in words, to twenty.
    private static let numbers: [(String, Int)] = [
        ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8),
        ("nine", 9), ("ten", 10), ("eleven", 11), ("twelve", 12), ("fifteen", 15), ("twenty", 20), ("a couple of", 2),
        ("a few", 3), ("half a dozen", 6), ("a dozen", 12),
    ]
    private static let hanNumbers: [Character: Int] = [
        "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
    ]

    /// How many tracks a text asks for.
    static func trackCount(in text: String) -> Int? {
        let unit = #"(?:more\s+|\w+[- ]?\w*\s+){0,3}?(?:tracks?|songs?|tunes?|pieces?|titles?|stücke|lieder)\b"#
        if let match = try? Regex("(\\d{1,3})\\s+\(unit)").firstMatch(in: text),
            let number = match[1].substring.flatMap({ Int($0) })
        {
            return number
        }
        for (word, number) in numbers {
            if (try? Regex("\\b\(word)\\s+\(unit)").firstMatch(in: text)) ?? nil != nil { return number }
        }
        if let match = text.firstMatch(of: /([\d一二两三四五六七八九十]+)\s*(?:首|曲|トラック)/) {
            let word = match.1
            return Int(word) ?? word.first.flatMap { hanNumbers[$0] }
        }
        return nil
    }
}
