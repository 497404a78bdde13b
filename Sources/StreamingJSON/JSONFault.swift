/// What is wrong with the text of a JSON document.
public struct JSONFault: Error, Sendable, Equatable {
    /// What is wrong and where, in words that go on from "the file can't be read:".
    public let reason: String

    /// - Parameter reason: what is wrong and where.
    public init(_ reason: String) {
        self.reason = reason
    }
}
