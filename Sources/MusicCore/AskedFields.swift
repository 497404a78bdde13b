/// Which fields of a request somebody asked for.
///
/// Documents and command lines know it; a request that a program makes doesn't say, and there whatever differs from the
/// defaults is asked for. It decides what is worth a word to the user, and is no part of what the request is: requests
/// that want the same are equal, whoever said it.
public struct AskedFields: Sendable, Equatable {
    /// Names of fields as the tables have them; `nil` if it isn't known.
    public private(set) var names: Set<String>?
    /// Fields that a document left to its own defaults, which are not always those of the model.
    public private(set) var defaulted: Set<String> = []

    public init() {}

    /// What a document asks for.
    ///
    /// - Parameters:
    ///   - names: of the fields that it asks for.
    ///   - defaulted: of those that it leaves to its defaults.
    public init(names: Set<String>, defaulted: Set<String>) {
        self.names = names
        self.defaulted = defaulted
    }

    public static func == (one: AskedFields, other: AskedFields) -> Bool { true }

    /// Adds fields that were asked for beside what a document or a recipe says.
    public mutating func add(_ names: some Sequence<String>) {
        self.names = (self.names ?? []).union(names)
        defaulted.subtract(names)
    }
}
