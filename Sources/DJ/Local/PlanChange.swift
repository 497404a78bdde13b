import Foundation

/// What a message wants of a plan that is there.
struct PlanChange {
    private let text: String
    private let wish: SetWish

    init(_ message: String, _ wish: SetWish) {
        text = message.lowercased()
        self.wish = wish
    }

    /// - Returns: the plan as it is wanted, and what was done; `nil` if the message wants another plan.
    func applied(to plan: SetPlan) -> (plan: SetPlan, text: String)? {
        // What speaks of a whole set by kind and number is a new one.
        let isNew = !wish.styles.isEmpty || wish.tracks != nil
        if let removed = removal(plan) { return removed }
        if let added = addition(plan) { return added }
        if isNew { return nil }
        var plan = plan
        let numbers = selected(plan)
        var done: [String] = []
        func change(_ what: String, _ edit: (inout SetTrack) -> Void) {
            for index in numbers { edit(&plan.tracks[index]) }
            done.append(what)
        }
        if has(["faster", "speed up", "quicker", "更快", "もっと速く"]) {
            change("faster") { $0.bpm = $0.bpm.map { ($0 * 1.08).rounded() } }
        }
        if has(["slower", "slow down", "更慢", "もっと遅く"]) {
            change("slower") { $0.bpm = $0.bpm.map { ($0 * 0.92).rounded() } }
        }
        if let seconds = wish.duration {
            change("\(Int(seconds)) seconds long") { $0.duration = min(600, max(10, seconds)) }
        } else if has(["longer", "更长", "もっと長く"]) {
            change("longer") { $0.duration = $0.duration.map { min(600, ($0 * 1.5).rounded()) } }
        } else if has(["shorter", "更短", "もっと短く"]) {
            change("shorter") { $0.duration = $0.duration.map { max(10, ($0 / 1.5).rounded()) } }
        }
        if let tempi = wish.tempi {
            change("at \(Int(tempi.lowerBound)) BPM") { $0.bpm = ((tempi.lowerBound + tempi.upperBound) / 2).rounded() }
        }
        if let key = wish.key { change("in \(key)") { $0.key = key } }
        if let isInstrumental = wish.isInstrumental {
            change(isInstrumental ? "instrumental" : "with a voice") { $0.instrumental = isInstrumental }
        }
        for mood in Mood.all where wish.moods.contains(mood.name) || has([mood.name + "er"]) {
            change(mood.name) { track in
                if !track.caption.contains(mood.name) { track.caption += ", " + mood.name }
                track.energy = track.energy.map { min(1, max(0.05, $0 + mood.energy)) }
            }
        }
        for instrument in wish.instruments {
            let isLess = has(["no \(instrument)", "without \(instrument)", "less \(instrument)"])
            change(isLess ? "without \(instrument)" : "with \(instrument)") { track in
                let parts = track.caption.components(separatedBy: ", ").filter { !$0.lowercased().contains(instrument) }
                track.caption = (parts + (isLess ? [] : [instrument])).joined(separator: ", ")
            }
        }
        if let curve = wish.curve {
            plan.tracks = SetOrder.ordered(plan.tracks, along: curve)
            done.append("in an order that suits")
        }
        guard !done.isEmpty else { return nil }
        let who = numbers.count == plan.tracks.count ? "All tracks are" : "Track \(list(numbers)) is"
        return (plan, "\(who) now \(done.joined(separator: ", ")).")
    }

    private func has(_ words: [String]) -> Bool { Words.contains(text, words) }

    private func list(_ numbers: [Int]) -> String { numbers.map { String($0 + 1) }.joined(separator: ", ") }

    /// The tracks that a message names by their numbers; all of them where it names none.
    private func selected(_ plan: SetPlan) -> [Int] {
        let named = text.matches(of: /(?:track|song|number|#)\s*(\d{1,2})/).compactMap { Int($0.1) }
        var numbers = named.map { $0 - 1 }.filter(plan.tracks.indices.contains)
        let ordinals = ["first", "second", "third", "fourth", "fifth"]
        for (index, word) in ordinals.enumerated() where plan.tracks.indices.contains(index) && has([word]) {
            // "30 seconds" is no place.
            if word != "second" || Words.range(of: "second track", in: text) != nil
                || Words.range(of: "second song", in: text) != nil
            {
                numbers.append(index)
            }
        }
        if has(["last track", "last song", "last one"]), !plan.tracks.isEmpty { numbers.append(plan.tracks.count - 1) }
        return numbers.isEmpty ? Array(plan.tracks.indices) : Array(Set(numbers)).sorted()
    }

    private func removal(_ plan: SetPlan) -> (plan: SetPlan, text: String)? {
        guard has(["remove", "drop", "delete", "take out", "without track", "删除", "削除"]) else { return nil }
        let numbers = selected(plan)
        guard !numbers.isEmpty, numbers.count < plan.tracks.count else { return nil }
        var plan = plan
        for number in numbers.reversed() { plan.tracks.remove(at: number) }
        return (plan, "Track \(list(numbers)) is out.")
    }

    private func addition(_ plan: SetPlan) -> (plan: SetPlan, text: String)? {
        guard has(["add", "another", "one more", "append", "再来"]),
            wish.isMusic || wish.tracks != nil
                || has(["track", "song", "one more"]), plan.tracks.count < SetPlan.limit
        else { return nil }
        var one = wish
        one.tracks = min(wish.tracks ?? 1, SetPlan.limit - plan.tracks.count)
        var defaults = SetDefaults()
        defaults.duration = plan.tracks.last?.duration ?? defaults.duration
        defaults.isInstrumental = plan.tracks.last?.instrumental ?? false
        if one.styles.isEmpty, let genre = plan.tracks.last?.genre { one.styles = [genre] }
        var writer = SetWriter(one, defaults, seed: text + String(plan.tracks.count))
        let more = writer.plan(after: nil, made: plan.tracks.map(\.title)).tracks
        var plan = plan
        plan.tracks += more
        return (plan, "Added: \(more.map(\.title).joined(separator: ", ")).")
    }
}
