/// Why an exchange with a server brought no usable answer.
package enum TransferError: Error, Sendable, Equatable {
    /// The caller cancelled.
    case cancelled
    /// libcurl can't be loaded; the text is the loader's.
    case noLibrary(String)
    /// No absolute `http` or `https` address.
    case badAddress(String)
    /// The host's name has no address: usually no network at all.
    case unresolved(host: String)
    /// No connection to the host.
    case unreachable(host: String, String)
    /// The proxy, whose address is given without a password, is not there or refuses.
    case proxy(String, String)
    /// The server's certificate is not trusted.
    case certificate(host: String, String)
    /// The server went silent.
    case timedOut(host: String)
    /// The connection ended before the answer did.
    case dropped(host: String, String)
    /// The server's answer contradicts itself, the protocol or the listing.
    case unexpectedAnswer(host: String, String)
    /// More bytes than the answer may have.
    case tooLarge(host: String, limit: Int64)
    /// A redirect that leads in circles, or from `https` to `http`.
    case badRedirect(host: String, String)

    /// Whether another attempt may go better.
    package var isTransient: Bool {
        switch self {
        case .unresolved, .unreachable, .timedOut, .dropped, .unexpectedAnswer, .proxy: true
        case .cancelled, .noLibrary, .badAddress, .certificate, .tooLarge, .badRedirect: false
        }
    }

    /// Whether no request got through at all, which asking again soon seldom changes.
    package var isConnectionFailure: Bool {
        switch self {
        case .unresolved, .unreachable, .proxy: true
        default: false
        }
    }
}

/// An answer whose status says that the request failed.
package struct HTTPStatusError: Error, Sendable {
    package var head: HTTPHead
    /// The beginning of the body, at most 16 KiB, as text.
    package var body: String

    package var status: Int { head.status }

    /// Whether another attempt may go better: time-outs, rate limits and faults of the server.
    package var isTransient: Bool { [408, 425, 429, 500, 502, 503, 504].contains(status) }
}
