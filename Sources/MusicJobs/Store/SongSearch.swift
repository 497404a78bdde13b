import Foundation
import GRDB
import MusicCore

/// A search for songs in the words of SQLite.
struct SongSearch: Sendable {
    /// The statement for one page, which gives values.
    let page: String
    let pageArguments: [any DatabaseValueConvertible & Sendable]
    /// The statement for the number of all.
    let count: String
    let arguments: [any DatabaseValueConvertible & Sendable]

    /// - Returns: `nil` for a text without a word, which no song has.
    init?(_ query: SongQuery) {
        var tables = "songs"
        var conditions = ["songs.trashed = ?"]
        var arguments: [any DatabaseValueConvertible & Sendable] = [query.isTrashed ? 1 : 0]
        if !query.text.allSatisfy(\.isWhitespace) {
            guard let match = SearchText.match(query.text) else { return nil }
            // The order of the tables is this one: the texts tell which songs there are.
            tables = "song_texts CROSS JOIN songs ON songs.number = song_texts.rowid"
            conditions.append("song_texts MATCH ?")
            arguments.append(match)
        }
        if let owner = query.owner {
            conditions.append("songs.owner = ?")
            arguments.append(owner)
        }
        if let isFavourite = query.isFavourite {
            conditions.append("songs.favourite = ?")
            arguments.append(isFavourite ? 1 : 0)
        }
        if let rating = query.rating {
            conditions.append("songs.rating >= ?")
            arguments.append(rating)
        }
        if let folder = query.folder {
            conditions.append("songs.folder = ?")
            arguments.append(folder)
        }
        let body = "FROM \(tables) WHERE \(conditions.joined(separator: " AND "))"
        count = "SELECT count(*) \(body)"
        page = "SELECT songs.value \(body) ORDER BY \(Self.order(query.order)) LIMIT ? OFFSET ?"
        self.arguments = arguments
        pageArguments = arguments + [max(0, min(1000, query.limit)), max(0, query.offset)]
    }

    private static func order(_ order: SongQuery.Order) -> String {
        switch order {
        case .newest: "songs.created DESC, songs.number DESC"
        case .oldest: "songs.created, songs.number"
        case .title: "songs.title COLLATE NOCASE, songs.number"
        case .rating: "songs.rating DESC, songs.number DESC"
        case .longest: "songs.duration DESC, songs.number DESC"
        }
    }
}

/// Texts as they are searched.
enum SearchText {
    /// The text with blanks around each character of a script that is written without them, so that each is a word.
    static func spaced(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isWritten) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isWritten(scalar) else {
                result.append(scalar)
                continue
            }
            result.append(" ")
            result.append(scalar)
            result.append(" ")
        }
        return String(result)
    }

    /// What is looked for in the language of FTS5: each word as the beginning of one.
    ///
    /// - Returns: `nil` if there is no word.
    static func match(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).map { spaced(String($0)) }
            .filter { $0.unicodeScalars.contains(where: \.properties.isAlphanumeric) }
        guard !words.isEmpty else { return nil }
        return words.map { "\"\($0.replacing("\"", with: "\"\"").replacing("\0", with: " "))\"*" }.joined(
            separator: " ")
    }

    /// Whether a character belongs to a script that is written without blanks between words.
    private static func isWritten(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Thai, Lao, Myanmar, Khmer; kana, bopomofo, ideographs and their extensions.
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3100...0x312F, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF:
            true
        default: false
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isAlphanumeric: Bool { isAlphabetic || numericType != nil }
}
