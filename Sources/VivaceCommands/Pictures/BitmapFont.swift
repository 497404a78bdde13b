import Foundation

/// A font of small bitmaps for labels and titles, drawn for this program.
///
/// A letter is five columns wide and has seven rows above the line and two below. It knows ASCII, accented Latin
/// letters, and the signs that titles of songs have; any other character is a box.
enum BitmapFont {
    /// Columns from one character to the next.
    static let advance = 6
    /// Rows above the line on which letters stand, without accents of capitals.
    static let ascent = 7
    /// Rows of a line of text, with accents above, what hangs below, and a gap.
    static let lineHeight = 13

    /// Where a text has ink: columns from its start, rows from the line of the capitals' tops, which may be negative.
    static func ink(of text: String) -> [(column: Int, row: Int)] {
        text.enumerated().flatMap { index, character in
            glyph(of: character).map { (column: $0.column + index * advance, row: $0.row) }
        }
    }

    /// Columns of a text, without the gap behind its last character.
    static func width(of text: String) -> Int { max(0, text.count * advance - 1) }

    /// A text that is at most a number of columns wide: what is too much gives way to an ellipsis.
    static func fitted(_ text: String, width: Int) -> String {
        let most = max(0, (width + 1) / advance)
        guard text.count > most else { return text }
        return most == 0 ? "" : text.prefix(most - 1) + "…"
    }

    /// The pixels of a character.
    private static func glyph(of character: Character) -> [(column: Int, row: Int)] {
        if character == " " || character == "\u{A0}" { return [] }
        if let pixels = glyphs[character] { return pixels }
        // A letter with an accent is the letter and the accent.
        let parts = Array(String(character).decomposedStringWithCanonicalMapping.unicodeScalars)
        guard parts.count == 2, let base = glyphs[Character(parts[0])], let accent = accents[parts[1].value] else {
            return box
        }
        let isLow = accent.contains { $0.row > 6 }
        let letter = "ij".contains(Character(parts[0])) && !isLow ? base.filter { $0.row > 1 } : base
        let isTall = letter.contains { $0.row < 2 }
        return letter + accent.map { ($0.column, isLow ? $0.row : $0.row - (isTall ? 3 : 1)) }
    }

    private static let box = pixels("##### #...# #...# #...# #...# #...# #####")

    private static let glyphs = table.mapValues(pixels)
    private static let accents = marks.mapValues(pixels)

    /// Rows from top to bottom, with blanks between them; `#` is ink.
    private static func pixels(_ drawing: String) -> [(column: Int, row: Int)] {
        drawing.split(separator: " ").enumerated().flatMap { row, line in
            line.enumerated().filter { $0.element == "#" }.map { (column: $0.offset, row: row) }
        }
    }
}
