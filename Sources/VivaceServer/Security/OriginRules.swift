import Foundation

/// Which names the server answers to, and which web pages may use it.
///
/// A page of another site can send requests to a server on the user's machine, and a name that its owner points at
/// 127.0.0.1 makes the two the same site to a browser. So a server that asks for no key answers only to its own names,
/// and changes nothing for pages that aren't allowed.
struct OriginRules: Sendable {
    private let settings: ServerSettings

    init(_ settings: ServerSettings) { self.settings = settings }

    /// Whether requests to a host are answered.
    ///
    /// - Parameter host: of the request; `nil` if it names none.
    func answers(to host: String?) -> Bool {
        guard let host, let name = HostName(host) else { return false }
        if name.isLoopback || settings.allowedHosts.contains(name.name) { return true }
        if name.name == HostName(settings.host)?.name { return true }
        guard !settings.isLoopback else { return false }
        // Whoever needs a key gains nothing by another name; without keys, addresses can't be pointed elsewhere.
        return !settings.keys.isEmpty || name.isAddress
    }

    /// Whether a page may read answers and send what changes something.
    ///
    /// - Parameters:
    ///   - origin: as the browser says it.
    ///   - host: to which the request went.
    func allows(origin: String, host: String?) -> Bool {
        if settings.allowedOrigins.contains(origin.lowercased()) { return true }
        guard let separator = origin.range(of: "://") else { return false }
        let scheme = origin[..<separator.lowerBound].lowercased()
        guard ["http", "https"].contains(scheme), let name = HostName(String(origin[separator.upperBound...])) else {
            return false
        }
        if name.isLoopback { return true }
        // The server's own pages.
        guard let host, let own = HostName(host) else { return false }
        return own == name
    }

    static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    static let headers =
        "Content-Type, Authorization, X-Api-Key, Idempotency-Key, Upload-Offset, Last-Event-ID, Range"
    static let exposed =
        "Location, Retry-After, Content-Range, Accept-Ranges, Upload-Offset, Idempotency-Replayed"
}
