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
    /// Parts of the path; `{name}` stands for any one part, and `*` at the end for all that follow.
    let pattern: [String]
    let access: RouteAccess
    let dialect: Dialect
    let handler: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: RouteAccess, _ dialect: Dialect,
        _ handler: @escaping Handler
    ) {
        self.method = method
        pattern = path.split(separator: "/").map(String.init)
        self.access = access
        self.dialect = dialect
        self.handler = handler
    }

    /// A route of the native API.
    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: RouteAccess = .header, _ handler: @escaping Handler
    ) {
        self.init(method, path, access, .native, handler)
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
    let routes: [Route]

    /// The parts of a path, decoded; slashes that stand together count as one, as clients put them together.
    ///
    /// - Returns: `nil` for what can't be decoded, or has characters that no path of the server has.
    static func parts(of path: String) -> [String]? {
        var parts: [String] = []
        for part in path.split(separator: "/") {
            guard let decoded = String(part).removingPercentEncoding, decoded != "..", decoded != ".",
                !decoded.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 || $0 == "/" || $0 == "\\" })
            else { return nil }
            parts.append(decoded)
        }
        return parts
    }

    /// The route for a request, with its parameters.
    ///
    /// - Throws: ``ServerFailure`` 404, or 405 for a path that has other methods.
    func find(_ method: HTTPRequest.Method, _ path: [String]) throws -> (Route, [String: String]) {
        var allowed: [String] = []
        for route in routes {
            guard let parameters = route.parameters(of: path) else { continue }
            if route.method == method || (method == .head && route.method == .get) { return (route, parameters) }
            allowed.append(route.method.rawValue)
            if route.method == .get { allowed.append("HEAD") }
        }
        guard !allowed.isEmpty else { throw ServerFailure(404, "Not Found") }
        var failure = ServerFailure(405, "Method Not Allowed")
        failure.allow = (Set(allowed).union(["OPTIONS"])).sorted().joined(separator: ", ")
        throw failure
    }

    /// In whose words a path that can't be served is refused.
    static func dialect(of path: String) -> Dialect {
        if path.contains("/chat/") { return .chat }
        return path.contains("/v1/jobs") ? .jobs : .native
    }
}
