import Foundation

/// Writes the tracks of a set from what is wished.
struct SetWriter {
    private let wish: SetWish
    private let defaults: SetDefaults
    private var random: SplitMix

    /// - Parameter seed: words from which everything follows that nobody has said.
    init(_ wish: SetWish, _ defaults: SetDefaults, seed: String) {
        self.wish = wish
        self.defaults = defaults
        random = SplitMix(seed.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    /// - Parameters:
    ///   - plan: that there was; its tracks that are not made are replaced.
    ///   - made: titles that are not used again.
    mutating func plan(after plan: SetPlan?, made: [String]) -> SetPlan {
        let rest = plan.map { max(1, $0.tracks.count - made.count) }
        let count = min(SetPlan.limit, max(1, wish.tracks ?? (made.isEmpty ? nil : rest) ?? defaults.tracks))
        let moods = Mood.all.filter { wish.moods.contains($0.name) }
        let styles = chosenStyles(moods)
        var key = wish.key.flatMap { KeyWheel($0) } ?? KeyWheel(fifths: random.below(12), isMinor: styles[0].isMinor)
        var titles = Set(made)
        var result = SetPlan(narrative: narrative(styles, moods), settings: plan?.settings ?? [:])
        for index in 0..<count {
            let part = count == 1 ? 0.5 : Double(index) / Double(count - 1)
            let style = styles[index * styles.count / count]
            result.tracks.append(track(style, moods, part, key, &titles))
            // On to a neighbour: the relative, or a fifth up or down.
            switch random.below(3) {
            case 0: key = KeyWheel(fifths: key.fifths, isMinor: !key.isMinor)
            case 1: key = KeyWheel(fifths: key.fifths + 1, isMinor: key.isMinor)
            default: key = KeyWheel(fifths: key.fifths - 1, isMinor: key.isMinor)
            }
            if wish.key != nil { key = wish.key.flatMap { KeyWheel($0) } ?? key }
        }
        return result
    }

    private mutating func chosenStyles(_ moods: [Mood]) -> [Style] {
        let named = wish.styles.compactMap { name in Style.all.first { $0.name == name } }
        if !named.isEmpty { return named }
        // Of the styles whose energy suits.
        let wanted = 0.5 + moods.reduce(0) { $0 + $1.energy } * 1.2
        let near = Style.all.sorted { abs($0.energy - wanted) < abs($1.energy - wanted) }.prefix(4)
        return [near[random.below(near.count)]]
    }

    private func narrative(_ styles: [Style], _ moods: [Mood]) -> String {
        let words = moods.map(\.name) + styles.map(\.name)
        let way =
            switch wish.curve {
            case .building: ", building from quiet to loud"
            case .windDown: ", winding down to the end"
            case .wave: ", rising and falling"
            case .peakValley: ", between peaks and valleys"
            case .static, nil: ""
            }
        return (words.isEmpty ? "A set" : words.joined(separator: ", ")) + way
    }

    private mutating func track(
        _ style: Style, _ moods: [Mood], _ part: Double, _ key: KeyWheel, _ titles: inout Set<String>
    ) -> SetTrack {
        var track = SetTrack(genre: style.name)
        let base = min(1, max(0.05, style.energy + moods.reduce(0) { $0 + $1.energy } / Double(max(1, moods.count))))
        let way = wish.curve.map { $0.energy(at: part) - 0.5 } ?? 0
        track.energy = (min(1, max(0.05, base + way)) * 100).rounded() / 100
        let tempi = wish.tempi ?? Self.scaled(style.tempi, moods)
        let place = wish.curve == nil ? 0.35 + 0.3 * random.unit() : min(1, max(0, 0.5 + way))
        track.bpm = (tempi.lowerBound + (tempi.upperBound - tempi.lowerBound) * place).rounded()
        track.key = key.name
        track.duration = min(600, max(10, wish.duration ?? defaults.duration))
        track.instrumental = defaults.isInstrumental || wish.isInstrumental != false
        track.language = wish.language
        track.title = title(moods, style, &titles)
        var instruments = style.instruments
        let count = min(instruments.count, 3)
        var chosen = wish.instruments
        while chosen.count < max(count, wish.instruments.count), !instruments.isEmpty {
            chosen.append(instruments.remove(at: random.below(instruments.count)))
        }
        let feeling =
            moods.map(\.name) + (track.energy ?? 0 > 0.75 ? ["energetic"] : track.energy ?? 1 < 0.3 ? ["gentle"] : [])
        track.caption = ([style.name] + Array(Set(feeling)).sorted() + chosen + [style.production]).joined(
            separator: ", ")
        return track
    }

    private static func scaled(_ tempi: ClosedRange<Double>, _ moods: [Mood]) -> ClosedRange<Double> {
        let factor = moods.reduce(1) { $0 * $1.tempo }
        return tempi.lowerBound * factor...tempi.upperBound * factor
    }

    private mutating func title(_ moods: [Mood], _ style: Style, _ titles: inout Set<String>) -> String {
        var names = (moods.isEmpty ? Mood.all : moods).flatMap(\.nouns)
        while !names.isEmpty {
            let name = names.remove(at: random.below(names.count))
            if titles.insert(name).inserted { return name }
        }
        var number = 2
        while !titles.insert("\(style.name.capitalized) \(number)").inserted { number += 1 }
        return "\(style.name.capitalized) \(number)"
    }
}

/// Numbers that follow from a seed: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// 0 to 1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
