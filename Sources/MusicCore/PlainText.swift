/// Texts of strangers as messages show them.
public enum PlainText {
    /// The text with U+FFFD in place of what would steer a terminal, break the line or turn the direction of text
    /// around; letters and emoji that are joined stay joined.
    public static func shown(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    // These two join letters and emoji.
                    case .format where scalar == "\u{200C}" || scalar == "\u{200D}": scalar
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
