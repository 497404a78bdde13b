import MusicCore

/// An object whose fields are known; each is what it must be, or the request is refused with all that it could be.
struct StrictBody {
    let fields: [String: JSONValue]

    /// - Parameters:
    ///   - fields: of a body.
    ///   - names: of the fields that there are.
    /// - Throws: ``ServerFailure`` 422 for another one.
    init(_ fields: [String: JSONValue], names: Set<String>) throws {
        if let name = fields.keys.filter({ !names.contains($0) }).min() {
            throw Self.wrong(
                String(name.prefix(64)),
                "there is no such field; there are " + names.sorted().joined(separator: ", "), fields[name] ?? .null)
        }
        self.fields = fields
    }

    static func wrong(_ name: String, _ message: String, _ input: JSONValue) -> ServerFailure {
        ServerFailure(fields: [.init(name: name, message: message, input: input)])
    }

    /// A text; `nil` where there is none, or null.
    func text(_ name: String) throws -> String? {
        switch fields[name] {
        case nil, .null: return nil
        case .text(let text): return text
        case let value?: throw Self.wrong(name, "give a text", value)
        }
    }

    func object(_ name: String) throws -> [String: JSONValue]? {
        switch fields[name] {
        case nil, .null: return nil
        case .object(let object): return object
        case let value?: throw Self.wrong(name, "give an object", value)
        }
    }

    func flag(_ name: String) throws -> Bool? {
        switch fields[name] {
        case nil, .null: return nil
        case .flag(let flag): return flag
        case let value?: throw Self.wrong(name, "give true or false", value)
        }
    }

    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        switch fields[name] {
        case nil, .null: return nil
        case let value?:
            guard let number = value.numberValue, let whole = Int(exactly: number), range.contains(whole) else {
                throw Self.wrong(name, "give a whole number from \(range.lowerBound) to \(range.upperBound)", value)
            }
            return whole
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, usual: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let text = try text(name) else { return usual }
        guard let choice = Choice(rawValue: text) else {
            throw Self.wrong(
                name, "give one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), .text(text))
        }
        return choice
    }
}
