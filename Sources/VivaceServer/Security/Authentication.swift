import HTTPTypes

/// Finds out whose a request is.
struct Authentication {
    private let keys: AccessKeys

    init(_ keys: AccessKeys) { self.keys = keys }

    /// Whose the request is by its headers.
    ///
    /// - Returns: `nil` where none shows a key, and the route doesn't need one there.
    /// - Throws: ``ServerFailure`` 401.
    func owner(of headers: HTTPFields, _ access: RouteAccess) throws -> String? {
        guard !keys.isEmpty else { return "" }
        var shown: [String] = []
        if let text = headers[.authorization], !text.isEmpty { shown.append(Self.key(in: text)) }
        if let text = HTTPField.Name("x-api-key").flatMap({ headers[$0] }), !text.isEmpty { shown.append(text) }
        for key in shown { if let owner = keys.owner(of: key) { return owner } }
        switch access {
        case .open: return nil
        case .header:
            throw ServerFailure(401, shown.isEmpty ? "Missing Authorization header" : "Invalid API key")
        case .body:
            guard shown.isEmpty else { throw ServerFailure(401, "Invalid API key") }
            return nil
        }
    }

    /// Whose the request is by its body; a token there counts before the headers.
    ///
    /// - Parameters:
    ///   - token: `nil` or empty for none.
    ///   - owner: by the headers.
    /// - Throws: ``ServerFailure`` 401.
    func owner(token: String?, header owner: String?) throws -> String {
        guard !keys.isEmpty else { return "" }
        if let token, !token.isEmpty {
            guard let owner = keys.owner(of: token) else { throw ServerFailure(401, "Invalid ai_token") }
            return owner
        }
        guard let owner else { throw ServerFailure(401, "Missing ai_token or Authorization header") }
        return owner
    }

    /// A key with or without the word before it.
    private static func key(in text: String) -> String {
        text.hasPrefix("Bearer ") ? String(text.dropFirst(7)) : text
    }
}
