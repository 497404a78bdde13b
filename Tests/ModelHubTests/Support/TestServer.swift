import Foundation
import Synchronization

/// A small HTTP server on the loopback interface whose answers can be as bad as a test needs them.
///
/// One request per connection; heads up to 16 KiB, at most 64 connections at a time, each for at most a minute.
final class TestServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Path without query, percent-decoded.
        var path: String
        var query: [String: String]
        /// By lower-case name.
        var headers: [String: String]

        /// First byte that a `Range: bytes=N-` asks for.
        var rangeStart: Int? {
            guard let range = headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
            return Int(range.dropFirst(6).dropLast())
        }
    }

    struct Response: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Announce this length instead of the body's; `nil` announces none.
        var announcedLength: Int?? = .none
        /// Close the connection after this many bytes of the body.
        var dropAfter: Int?
        /// Send the body in pieces of this many bytes, with this pause between them, in seconds.
        var pieces: (size: Int, pause: Double)?
        /// Wait this long before the answer, in seconds.
        var delay = 0.0
        /// Close the connection without any answer.
        var isSilent = false

        static func status(_ status: Int, _ headers: [String: String] = [:], _ text: String = "") -> Response {
            Response(status: status, headers: headers, body: Array(text.utf8))
        }

        static func json(_ text: String, _ headers: [String: String] = [:]) -> Response {
            Response(headers: headers.merging(["Content-Type": "application/json"]) { $1 }, body: Array(text.utf8))
        }

        static func redirect(to location: String, _ status: Int = 302) -> Response {
            Response(status: status, headers: ["Location": location])
        }
    }

    typealias Handler = @Sendable (Request) -> Response

    let port: UInt16
    private let listener: Int32
    private let handler: Handler
    private let state = Mutex(State())

    private struct State {
        var requests: [Request] = []
        var connections: Set<Int32> = []
        var isStopped = false
    }

    var address: String { "http://127.0.0.1:\(port)" }

    /// All requests so far.
    var requests: [Request] { state.withLock { $0.requests } }

    func requests(_ path: String) -> [Request] { requests.filter { $0.path == path } }

    init(_ handler: @escaping Handler) throws {
        let listener = socket(AF_INET, Self.stream, 0)
        guard listener >= 0 else { throw POSIXError(.EIO) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.handler = handler
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    #if canImport(Darwin)
        private static let stream = SOCK_STREAM
        private static let noSignal: Int32 = 0
    #else
        private static let stream = Int32(SOCK_STREAM.rawValue)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #endif

    /// Stops listening and ends all connections.
    func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            #if canImport(Darwin)
                let connection = Darwin.accept(listener, nil, nil)
            #else
                let connection = Glibc.accept(listener, nil, nil)
            #endif
            guard connection >= 0 else { return }
            let isWelcome = state.withLock { state in
                guard !state.isStopped, state.connections.count < 64 else { return false }
                state.connections.insert(connection)
                return true
            }
            guard isWelcome else {
                close(connection)
                continue
            }
            Thread.detachNewThread { [self] in
                serve(connection)
                state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard let request = readRequest(connection) else { return }
        state.withLock { $0.requests.append(request) }
        let response = handler(request)
        if response.delay > 0 { Thread.sleep(forTimeInterval: response.delay) }
        if response.isSilent { return }

        var head = "HTTP/1.1 \(response.status) Test\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        switch response.announcedLength {
        case .none: head += "Content-Length: \(response.body.count)\r\n"
        case .some(let length?): head += "Content-Length: \(length)\r\n"
        case .some(nil): break
        }
        guard send(connection, Array((head + "\r\n").utf8)[...]) else { return }
        var rest = response.body[...]
        if let limit = response.dropAfter { rest = rest.prefix(limit) }
        if request.method == "HEAD" { return }
        if let pieces = response.pieces {
            while !rest.isEmpty {
                guard send(connection, rest.prefix(pieces.size)) else { return }
                rest = rest.dropFirst(pieces.size)
                if !rest.isEmpty { Thread.sleep(forTimeInterval: pieces.pause) }
            }
        } else {
            _ = send(connection, rest)
        }
        // What was sent reaches the client before the end of the connection does.
        shutdown(connection, Int32(SHUT_WR))
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private func send(_ connection: Int32, _ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.send(connection, buffer.baseAddress, buffer.count, Self.noSignal)
                #else
                    Glibc.send(connection, buffer.baseAddress, buffer.count, Self.noSignal)
                #endif
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func readRequest(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        let end = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: end) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0, bytes.count + count <= 16_384 else { return nil }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        let target = words[1].split(separator: "?", maxSplits: 1)
        var query: [String: String] = [:]
        for pair in (target.count > 1 ? target[1] : "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            query[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Request(
            method: String(words[0]), path: String(target[0]).removingPercentEncoding ?? "", query: query,
            headers: headers)
    }
}
