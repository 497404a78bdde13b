/// Finds the matches of a pattern in a text, one after the other.
struct SplitMatcher {
    private let pattern: SplitPattern
    private let tables = UnicodeTables.shared
    private var choices: [Choice] = []
    private var failures = 0

    /// A pattern that fails in more ways than this at one place doesn't match there, since it could try for years.
    ///
    /// Oniguruma sets the same limit. After the first such place the others of a text give up sooner.
    private var failureLimit = 10_000_000
    private static let laterFailureLimit = 1 << 14

    /// Where to go on after a failure: at any position from `position` down to `last`.
    private struct Choice {
        var instruction: Int
        var position: Int
        var last: Int
    }

    init(_ pattern: SplitPattern) {
        self.pattern = pattern
    }

    /// Calls `body` with each match in `text[range]`; look-ahead ends at the end of the range.
    mutating func forEachMatch(in text: [UInt32], _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var position = range.lowerBound
        while position < range.upperBound {
            failures = 0
            if let end = match(text, position, range.upperBound, from: 0), end > position {
                body(position..<end)
                position = end
            } else {
                position += 1
            }
        }
    }

    /// The end of the match at `start`, of the code from `instruction` to the next `accept`.
    private mutating func match(_ text: [UInt32], _ start: Int, _ end: Int, from instruction: Int) -> Int? {
        let floor = choices.count
        var instruction = instruction
        var position = start
        while true {
            var fails = false
            switch pattern.program[instruction] {
            case .one(let set):
                if position < end, pattern.sets[set].contains(text[position], tables) {
                    position += 1
                    instruction += 1
                } else {
                    fails = true
                }
            case .run(let set, let minimum, let maximum, let isPossessive):
                let limit = maximum < end - position ? position + maximum : end
                var reached = position
                while reached < limit, pattern.sets[set].contains(text[reached], tables) { reached += 1 }
                if reached - position < minimum {
                    fails = true
                } else {
                    instruction += 1
                    let least = position + minimum
                    if !isPossessive, reached > least {
                        choices.append(Choice(instruction: instruction, position: reached - 1, last: least))
                    }
                    position = reached
                }
            case .peek(let set, let isNegative):
                let isMember = position < end && pattern.sets[set].contains(text[position], tables)
                if isMember != isNegative { instruction += 1 } else { fails = true }
            case .choice(let first, let second):
                choices.append(Choice(instruction: second, position: position, last: position))
                instruction = first
            case .jump(let target): instruction = target
            case .look(let isNegative, let next):
                let matches = match(text, position, end, from: instruction + 1) != nil
                if matches != isNegative { instruction = next } else { fails = true }
            case .atomic(let next):
                if let reached = match(text, position, end, from: instruction + 1) {
                    position = reached
                    instruction = next
                } else {
                    fails = true
                }
            case .accept:
                choices.removeLast(choices.count - floor)
                return position
            }
            if fails {
                failures += 1
                if failures > failureLimit { failureLimit = Self.laterFailureLimit }
                guard failures <= failureLimit, choices.count > floor, let choice = choices.last else {
                    choices.removeLast(choices.count - floor)
                    return nil
                }
                instruction = choice.instruction
                position = choice.position
                if choice.position == choice.last {
                    choices.removeLast()
                } else {
                    choices[choices.count - 1].position -= 1
                }
            }
        }
    }
}
