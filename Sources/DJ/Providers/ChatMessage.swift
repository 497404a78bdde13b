/// What somebody says in a conversation.
public struct ChatMessage: Sendable, Equatable, Codable {
    public enum Role: String, Sendable, Codable {
        case system, user, assistant
    }

    public var role: Role
    public var content: String

    public init(_ role: Role, _ content: String) {
        self.role = role
        self.content = content
    }
}

/// Who answers in a conversation.
public protocol ChatProvider: Sendable {
    /// The pieces of an answer as they come.
    ///
    /// Letting go of the stream ends the request.
    ///
    /// - Parameters:
    ///   - messages: the conversation, oldest first; what is of the system stands at the beginning.
    ///   - model: its name; `nil` takes the usual one.
    /// - Returns: a stream that throws ``MusicError``, in which no key and no address with one is.
    func reply(to messages: [ChatMessage], model: String?) -> AsyncThrowingStream<String, any Error>

    /// Names of the models that it has.
    ///
    /// - Throws: ``MusicError``.
    func models() async throws -> [String]
}
