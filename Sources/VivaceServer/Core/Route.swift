import Foundation
import HTTPTypes
import Hummingbird

/// Who may call a route.
enum RouteAccess: Sendable {
    /// Everybody.
    case open
    /// Who shows a key in a header.
    case header
    /// Who shows a key in a header or in the body, where the route itself looks for it.
    case body
}

/// A method, a path, and what answers.
struct Route: Sendable {
    typealias Handler = @Sendable (Exchange) async throws -> Response

    let method: HTTPRequest.Method
    /// The path as it is written down, such as `/v1/jobs/{id}`.
    let path: String
    /// Parts of the path; `{name}` stands for any one part, and `*` at the end for all that follow.
    let pattern: [String]
    let access: RouteAccess
    /// What a key has to be for, where one is needed.
    let scope: AccessScope
    let dialect: Dialect
    let handler: Handler

    /// - Parameter scope: `nil` for reading where the method only reads, and otherwise for making songs.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: RouteAccess, _ dialect: Dialect,
        scope: AccessScope? = nil, _ handler: @escaping Handler
    ) {
        self.method = method
        self.scope = scope ?? ([.get, .head, .options].contains(method) ? .read : .generate)
        self.path = path
        pattern = path.split(separator: "/").map(String.init)
        self.access = access
        self.dialect = dialect
        self.handler = handler
    }

    /// A route of the native API.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: RouteAccess = .header, scope: AccessScope? = nil,
        _ handler: @escaping Handler
    ) {
        self.init(method, path, access, .native, scope: scope, handler)
    }

    /// What the open parts of the pattern are in a path; `nil` if it is another path.
    func parameters(of path: [String]) -> [String: String]? {
        var found: [String: String] = [:]
        for (index, part) in pattern.enumerated() {
            if part == "*" { return path.count > index ? found : nil }
            guard index < path.count else { return nil }
            if part.hasPrefix("{") {
                found[String(part.dropFirst().dropLast())] = path[index]
            } else if part != path[index] {
                return nil
            }
        }
        return path.count == pattern.count ? found : nil
    }
}

/// The routes of a server.
struct RouteTable: Sendable {
    /// By the first part of their paths.
    private let routes: [String: [Route]]

    init(_ routes: [Route]) { self.routes = Dictionary(grouping: routes) { $0.pattern.first ?? "" } }

    private func candidates(_ path: [String]) -> [Route] { routes[path.first ?? ""] ?? [] }

    /// The parts of a path, decoded; slashes that stand together count as one, as clients put them together.
    ///
    /// - Returns: `nil` for what can't be decoded, or has characters that no path of the server has.
    static func parts(of path: String) -> [String]? {
        var parts: [String] = []
        for part in path.split(separator: "/") {
            let isEncoded = part.utf8.contains(UInt8(ascii: "%"))
            guard let decoded = isEncoded ? String(part).removingPercentEncoding : String(part), decoded != "..",
                decoded != ".",
                !decoded.utf8.contains(where: { $0 < 32 || [127, UInt8(ascii: "/"), UInt8(ascii: "\\")].contains($0) })
            else { return nil }
            parts.append(decoded)
        }
        return parts
    }

    /// The route for a request, with its parameters.
    ///
    /// - Returns: `nil` where `OPTIONS` asks for the methods of a path that has no route of its own for that.
    /// - Throws: ``ServerFailure`` 404, or 405 for a path that has other methods.
    func find(_ method: HTTPRequest.Method, _ path: [String]) throws -> (Route, [String: String])? {
        let found = candidates(path).compactMap { route in route.parameters(of: path).map { (route, $0) } }
        if let exact = found.first(where: { $0.0.method == method }) { return exact }
        if method == .head, let get = found.first(where: { $0.0.method == .get }) { return get }
        guard !found.isEmpty else { throw ServerFailure(404, "Not Found") }
        if method == .options { return nil }
        var failure = ServerFailure(405, "Method Not Allowed")
        failure.allow = methods(of: path)
        throw failure
    }

    /// The methods of a path, with commas between.
    func methods(of path: [String]) -> String {
        var names: Set<String> = ["OPTIONS"]
        for route in candidates(path) where route.parameters(of: path) != nil {
            names.insert(route.method.rawValue)
            if route.method == .get { names.insert("HEAD") }
        }
        return names.sorted().joined(separator: ", ")
    }

    /// In whose words a path that can't be served is refused.
    static func dialect(of path: String) -> Dialect {
        if path.contains("/chat/") { return .chat }
        let own = [
            "/v1/jobs", "/v1/songs", "/v1/uploads", "/v1/folders", "/v1/trash", "/v1/events", "/v1/queue", "/v1/dj",
        ]
        return own.contains(where: path.contains) ? .jobs : .native
    }
}
