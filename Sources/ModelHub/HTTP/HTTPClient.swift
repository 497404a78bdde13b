import Dispatch
import Synchronization

// Over libcurl, because proxies, certificates, redirects and resumption are the daily work of a library that every
// system has, and because the floors above stay free of SwiftNIO.

/// A GET request, or with a body a POST, which follows no redirect.
package struct HTTPRequest: Sendable {
    package var url: WebURL
    /// Headers that every server on the way may see.
    package var headers: [String: String]
    /// Headers, such as a token, for the server of `url` alone: a redirect to another origin leaves them out.
    package var credentials: [String: String]
    /// What is posted, text in UTF-8; `nil` for a GET.
    package var body: String?
    /// Seconds for the whole exchange; `nil` for as long as bytes arrive.
    package var timeout: Double?

    package init(
        url: WebURL, headers: [String: String] = [:], credentials: [String: String] = [:], body: String? = nil,
        timeout: Double? = nil
    ) {
        self.url = url
        self.headers = headers
        self.credentials = credentials
        self.body = body
        self.timeout = timeout
    }
}

/// An HTTP client on libcurl: redirects without leaking tokens, cancellation at once, connections kept for reuse.
package final class HTTPClient: Sendable {
    /// How the client behaves.
    package struct Options: Sendable {
        /// Seconds until a connection must stand.
        package var connectTimeout: Double = 10
        /// Seconds of silence after which the server counts as gone; whole seconds, at least 1.
        package var stallTimeout: Int = 30
        /// Bytes a second below which the server counts as silent.
        package var slowest = CurlHandle.slowest
        /// File of trusted certificates; `nil` for libcurl's own.
        package var certificates: String?
        package var userAgent = "vivace"
        package var maximumRedirects = 10

        package init() {}
    }

    private let options: Options
    private let idleHandles = Mutex<[CurlHandle]>([])

    package init(options: Options = Options()) {
        self.options = options
    }

    /// Sends a request and follows its redirects.
    ///
    /// - Parameters:
    ///   - onHead: called with the head of a successful (2xx) answer, before its body.
    ///   - onBody: called with each part of a successful answer's body. Both run on a thread of the client, one after
    ///     the other; what they throw ends the transfer.
    /// - Returns: the head of the successful answer.
    /// - Throws: ``TransferError``, ``HTTPStatusError`` for a status other than 2xx, what the closures threw,
    ///   `CancellationError`.
    @discardableResult
    package func send(
        _ request: HTTPRequest, onHead: @escaping @Sendable (HTTPHead) throws -> Void = { _ in },
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HTTPHead {
        var url = request.url
        var sendsCredentials = true
        for _ in 0...options.maximumRedirects {
            let exchange = exchange(for: request, url: url, sendsCredentials: sendsCredentials)
            let answer = try await run(exchange, onHead: onHead, onBody: onBody)
            switch answer.head.status {
            case 200..<300:
                return answer.head
            case 301, 302, 303, 307,
                308 where request.body == nil:
                guard let location = answer.head.headers["location"] else { throw answer }
                let target = try url.resolving(location)
                if url.origin.scheme == "https", target.origin.scheme != "https" {
                    throw TransferError.badRedirect(host: url.origin.host, "it leads to plain http")
                }
                // Once away from its server, a token stays away, even if the way leads back.
                if target.origin != request.url.origin { sendsCredentials = false }
                url = target
            default:
                throw answer
            }
        }
        throw TransferError.badRedirect(
            host: request.url.origin.host, "there are more than \(options.maximumRedirects) redirects")
    }

    /// Sends a request and collects the answer's body.
    ///
    /// - Parameter limit: the most bytes that the body may have.
    /// - Throws: as ``send(_:onHead:onBody:)``; ``TransferError/tooLarge(host:limit:)``.
    package func data(_ request: HTTPRequest, limit: Int) async throws -> (head: HTTPHead, body: [UInt8]) {
        let host = request.url.origin.host
        let bytes = Mutex<[UInt8]>([])
        let head = try await send(request) { part in
            try bytes.withLock {
                guard $0.count + part.count <= limit else {
                    throw TransferError.tooLarge(host: host, limit: Int64(limit))
                }
                $0.append(contentsOf: part)
            }
        }
        return (head, bytes.withLock { $0 })
    }

    private func exchange(for request: HTTPRequest, url: WebURL, sendsCredentials: Bool) -> CurlHandle.Exchange {
        var headers = request.headers
        headers["User-Agent"] = options.userAgent
        headers["Accept-Encoding"] = "identity"
        if sendsCredentials { headers.merge(request.credentials) { _, credential in credential } }
        return CurlHandle.Exchange(
            url: url, headers: headers.map { "\($0.key): \($0.value)" }, body: request.body,
            connectTimeout: Int(options.connectTimeout * 1000), stallTimeout: options.stallTimeout,
            slowest: options.slowest, totalTimeout: Int((request.timeout ?? 0) * 1000),
            certificates: options.certificates)
    }

    /// One exchange, on a thread of its own; the caller's closures see a successful answer only.
    private func run(
        _ exchange: CurlHandle.Exchange, onHead: @escaping @Sendable (HTTPHead) throws -> Void,
        onBody: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> HTTPStatusError {
        let handle = try idleHandles.withLock { $0.popLast() } ?? CurlHandle()
        do {
            let answer = try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    // Each in a queue of its own, which has a thread of its own: on a shared one, as many transfers as
                    // there are processors would keep all others waiting.
                    DispatchQueue(label: "vivace.http").async {
                        continuation.resume(
                            with: Result { try Self.runBlocking(exchange, on: handle, onHead: onHead, onBody: onBody) })
                    }
                }
            } onCancel: {
                handle.cancel()
            }
            keep(handle)
            return answer
        } catch TransferError.cancelled {
            throw CancellationError()
        } catch {
            keep(handle)
            throw error
        }
    }

    /// Puts a handle back for the next transfer; one that was cancelled is not worth the doubt.
    private func keep(_ handle: CurlHandle) {
        if Task.isCancelled { return }
        handle.prepareForReuse()
        idleHandles.withLock { $0.append(handle) }
    }

    private static func runBlocking(
        _ exchange: CurlHandle.Exchange, on handle: CurlHandle, onHead: (HTTPHead) throws -> Void,
        onBody: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPStatusError {
        try withoutActuallyEscaping(onHead) { onHead in
            try withoutActuallyEscaping(onBody) { onBody in
                var parser = HeadParser(url: exchange.url)
                var refusal: [UInt8] = []
                let receiver = CurlHandle.Receiver { line in
                    if let head = try parser.take(line), (200..<300).contains(head.status) { try onHead(head) }
                } onBody: { bytes in
                    if let head = parser.head, (200..<300).contains(head.status) {
                        try onBody(bytes)
                    } else if refusal.count < 16_384 {
                        refusal.append(contentsOf: bytes.prefix(16_384 - refusal.count))
                    } else {
                        throw EndOfInterest()
                    }
                }
                do {
                    try handle.run(exchange, receiver: receiver)
                } catch is EndOfInterest {
                    // What the refusal says further on is of no use.
                } catch let error as TransferError where error != .cancelled {
                    // A refusal that breaks off is still a refusal.
                    guard let head = parser.head, !(200..<300).contains(head.status) else { throw error }
                }
                guard let head = parser.head else {
                    throw TransferError.dropped(host: exchange.url.origin.host, "the answer has no head")
                }
                return HTTPStatusError(head: head, body: String(decoding: refusal, as: UTF8.self))
            }
        }
    }

    private struct EndOfInterest: Error {}
}
