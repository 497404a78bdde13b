/// What is wrong with the text of a JSON document.
public struct JSONFault: Error, Sendable, Equatable {
    /// What is wrong and where, in words that go on from "the file can't be read:".
    public let reason: String
    /// What should stand there, where that is all that is wrong.
    public let expected: String?

    /// - Parameters:
    ///   - reason: what is wrong and where.
    ///   - expected: what should stand there, where that is all that is wrong.
    public init(_ reason: String, expected: String? = nil) {
        self.reason = reason
        self.expected = expected
    }
}
