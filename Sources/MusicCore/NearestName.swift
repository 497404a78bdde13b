/// Finds the name that a user may have meant.
public enum NearestName {
    /// The known name with the fewest edits from a text, if they are few for its length.
    public static func suggestion(for text: String, among names: some Sequence<String>) -> String? {
        let text = Array(text.lowercased().unicodeScalars.prefix(64))
        let ranked = names.map { (name: $0, distance: distance(text, Array($0.lowercased().unicodeScalars))) }
        guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
        return best.distance <= max(2, best.name.count / 2) ? best.name : nil
    }

    /// Number of insertions, deletions and substitutions between two texts (Levenshtein).
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substitution = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
