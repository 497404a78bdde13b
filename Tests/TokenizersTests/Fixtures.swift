import Foundation

/// What `tools/reference/tokenizer_fixtures.py` wrote.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static func directory(_ name: String) -> URL { folder.appending(path: name) }

    static func data(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }

    static func json<Value: Decodable>(_ path: String, _ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: try data(path))
    }

    /// The lines of the corpus.
    static func corpus() throws -> [String] { try json("corpus.json") }

    /// The reference's tokens for each line: a count, then the tokens, in seven bits per byte, lowest first.
    static func tokens(_ name: String) throws -> [[Int32]] {
        var bytes = try data("\(name)/tokens.bin")[...]
        func next() -> Int32? {
            var value: Int32 = 0
            var shift: Int32 = 0
            while let byte = bytes.popFirst() {
                value |= Int32(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return value }
                shift += 7
            }
            return nil
        }
        var rows: [[Int32]] = []
        while let count = next() { rows.append((0..<count).compactMap { _ in next() }) }
        return rows
    }
}

/// Strings are equal only if their scalars are: Swift's own equality knows no difference between é and e with a mark.
func sameScalars(_ one: String, _ other: String) -> Bool {
    one.unicodeScalars.elementsEqual(other.unicodeScalars)
}
