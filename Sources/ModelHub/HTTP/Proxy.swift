import Foundation

/// The proxies that the environment names, as libcurl reads them; for messages alone, since libcurl finds its own.
package enum Proxy {
    /// The proxy through which a request goes, without what it needs to log in; `nil` if the request goes straight.
    package static func used(
        for url: WebURL, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> String? {
        func value(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty } }
        let origin = url.origin
        // `HTTP_PROXY` in capitals is what a web server may set by a header of a request, and nobody's proxy.
        let own = origin.scheme == "https" ? value("https_proxy", "HTTPS_PROXY") : value("http_proxy")
        guard let proxy = own ?? value("all_proxy", "ALL_PROXY") else { return nil }
        if let exempt = value("no_proxy", "NO_PROXY"), isExempt(origin.host, exempt) { return nil }
        return withoutLogin(proxy)
    }

    /// Whether a host is one of those, with commas or blanks between, to which requests go straight.
    private static func isExempt(_ host: String, _ list: String) -> Bool {
        let host = host.lowercased()
        return list.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
            if entry == "*" { return true }
            let name = entry.lowercased().drop { $0 == "." }
            return !name.isEmpty && (host == name || host.hasSuffix("." + name))
        }
    }

    /// An address without user and password.
    private static func withoutLogin(_ address: String) -> String {
        let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
        let authority = address[start...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(authority) }
        return String(authority[authority.index(after: at)...])
    }
}
