extension Unicode.Scalar {
    /// White space, with the four separators of ASCII.
    var isSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}

extension StringProtocol {
    /// Without white space at both ends.
    ///
    /// It goes by scalars: a `Character` may join white space with what follows it, such as a combining mark.
    var trimmed: String {
        let scalars = Array(unicodeScalars)
        let start = scalars.firstIndex { !$0.isSpace } ?? scalars.endIndex
        let end = scalars.lastIndex { !$0.isSpace }.map { $0 + 1 } ?? start
        return String(scalars[start..<end])
    }

    /// Without control characters but line feeds and tabs, which a terminal would act on.
    var withoutControls: String {
        String(
            unicodeScalars.filter { $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control })
    }

    /// The lines between line feeds; a carriage return is a character like any other.
    var feedLines: [String] {
        unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }
}

extension String {
    /// The string of some scalars.
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
