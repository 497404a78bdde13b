/// Finds the name that a user may have meant.
public enum NearestName {
    /// The known name with the fewest edits from a text, if it is near.
    public static func suggestion(for text: String, among names: some Sequence<String>) -> String? {
        let text = text.lowercased()
        let ranked = names.map { (name: $0, distance: distance(text, $0.lowercased())) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return isNear(best.name.lowercased(), text) ? best.name : nil
    }

    /// Whether one text may be another that was mistyped: a third of its letters differ, or it holds the other whole.
    ///
    /// Names that are further apart tend to mean something else: `tempo` is not `steps`.
    public static func isNear(_ text: String, _ other: String) -> Bool {
        let (short, long) = text.count < other.count ? (text, other) : (other, text)
        if short.count >= 4, long.contains(short) { return true }
        return distance(text, other) <= max(1, long.count / 3) && short.count > 1
    }

    /// How many letters must be added, removed, changed or swapped with their neighbour to get from one text to the
    /// other (optimal string alignment distance), by the first 200 letters of each.
    package static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars.prefix(200))
        let right = Array(right.unicodeScalars.prefix(200))
        var rows = [Array(0...right.count)]
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                var best = min(
                    rows[row][column] + (left[row] == right[column] ? 0 : 1), rows[row][column + 1] + 1,
                    current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                current.append(best)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }
}
