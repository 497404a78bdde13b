import Foundation
import HTTPTypes

/// Finds out whose a request is.
struct Authentication {
    private static let keyField = HTTPField.Name("X-Api-Key")!
    private let keys: AccessKeys

    init(_ keys: AccessKeys) { self.keys = keys }

    /// Whose the request is by its headers.
    ///
    /// - Returns: `nil` where none shows a key, and the route doesn't need one there.
    /// - Throws: ``ServerFailure`` 401.
    func holder(of headers: HTTPFields, _ access: RouteAccess) throws -> AccessKeys.Holder? {
        guard !keys.isEmpty else { return .everybody }
        var shown: [String] = []
        if let text = headers[.authorization], !text.isEmpty { shown.append(Self.key(in: text)) }
        if let text = headers[Self.keyField], !text.isEmpty { shown.append(text) }
        for key in shown { if let holder = keys.holder(of: key) { return holder } }
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
    ///   - holder: by the headers.
    /// - Throws: ``ServerFailure`` 401.
    func holder(token: String?, header holder: AccessKeys.Holder?) throws -> AccessKeys.Holder {
        guard !keys.isEmpty else { return .everybody }
        if let token, !token.isEmpty {
            guard let holder = keys.holder(of: token) else { throw ServerFailure(401, "Invalid ai_token") }
            return holder
        }
        guard let holder else { throw ServerFailure(401, "Missing ai_token or Authorization header") }
        return holder
    }

    /// A key with or without the word before it; of `Basic`, the name and the password with a colon between.
    private static func key(in text: String) -> String {
        if text.hasPrefix("Bearer ") { return String(text.dropFirst(7)) }
        if text.hasPrefix("Basic "), let data = Data(base64Encoded: String(text.dropFirst(6))),
            let pair = String(data: data, encoding: .utf8)
        {
            return pair
        }
        return text
    }
}
