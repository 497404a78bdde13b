import Foundation
import HTTPTypes
import Hummingbird
import MusicCore
import Synchronization

/// Who has logged in with a browser, which sets no header for players and event streams: a cookie stands for a key.
final class Sessions: Sendable {
    private struct Session {
        var holder: AccessKeys.Holder
        var ends: Date
    }

    static let cookie = "vivace_session"
    private static let seconds = 30.0 * 86_400
    private static let most = 10_000

    private let sessions = Mutex<[String: Session]>([:])
    private let now: @Sendable () -> Date

    init(now: @escaping @Sendable () -> Date) { self.now = now }

    /// Begins a session.
    ///
    /// - Returns: the cookie's field.
    func begin(_ holder: AccessKeys.Holder, isSecure: Bool) -> String {
        let token = AccessKeys.newKey()
        let time = now()
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.ends > time }
            if sessions.count >= Self.most, let oldest = sessions.min(by: { $0.value.ends < $1.value.ends }) {
                sessions[oldest.key] = nil
            }
            sessions[AccessKeys.hexDigest(of: token)] = Session(
                holder: holder, ends: time.addingTimeInterval(Self.seconds))
        }
        return Self.field(token, seconds: Int(Self.seconds), isSecure: isSecure)
    }

    /// Whose session a request belongs to.
    func holder(of headers: HTTPFields) -> AccessKeys.Holder? {
        guard let token = Self.token(in: headers) else { return nil }
        let time = now()
        return sessions.withLock { $0[AccessKeys.hexDigest(of: token)].flatMap { $0.ends > time ? $0.holder : nil } }
    }

    /// Ends the session of a request.
    ///
    /// - Returns: the field that removes the cookie.
    func end(_ headers: HTTPFields) -> String {
        if let token = Self.token(in: headers) {
            sessions.withLock { $0[AccessKeys.hexDigest(of: token)] = nil }
        }
        return Self.field("", seconds: 0, isSecure: false)
    }

    private static func field(_ token: String, seconds: Int, isSecure: Bool) -> String {
        "\(cookie)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    private static func token(in headers: HTTPFields) -> String? {
        for pair in headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = pair.trimming.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == cookie { return String(parts[1]) }
        }
        return nil
    }
}

/// Logging in and out with a browser.
enum SessionRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/session", .open, .jobs, show),
        Route(.post, "/v1/session", .open, .jobs, begin),
        Route(.delete, "/v1/session", .open, .jobs, end),
    ]

    private static func state(_ exchange: Exchange, _ holder: AccessKeys.Holder?) -> [(String, JSONValue)] {
        let scopes = AccessScope.allCases.filter { holder?.scopes.contains($0) == true }
        return [
            ("needs_key", .flag(!exchange.state.settings.keys.isEmpty)), ("is_open", .flag(holder != nil)),
            ("name", JSONValue(optional: holder?.name)), ("scopes", .list(scopes.map { .text($0.rawValue) })),
            ("language", .text(exchange.state.settings.language)),
        ]
    }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        try Reply.object(state(exchange, exchange.holder))
    }

    @Sendable private static func begin(_ exchange: Exchange) async throws -> Response {
        let body = try StrictBody(await exchange.jsonObject(), names: ["key"])
        guard !exchange.state.settings.keys.isEmpty else { return try Reply.object(state(exchange, .everybody)) }
        guard let key = try body.text("key"), let holder = exchange.state.settings.keys.holder(of: key) else {
            throw ServerFailure(401, "Invalid API key")
        }
        let isSecure = exchange.header("X-Forwarded-Proto") == "https"
        return try Reply.object(
            state(exchange, holder),
            headers: [.setCookie: exchange.state.sessions.begin(holder, isSecure: isSecure)])
    }

    @Sendable private static func end(_ exchange: Exchange) async throws -> Response {
        Response(status: .noContent, headers: [.setCookie: exchange.state.sessions.end(exchange.request.headers)])
    }
}
