package import Foundation
package import MusicCore

/// What a server has answered.
package struct HTTPReply: Sendable {
    package var status: Int
    /// With names in lower case.
    package var headers: [String: String]
    package var body: Data

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; null if it is none.
    package var json: JSONValue { (try? JSONText.read(body, what: "The body")) ?? .null }
}

/// Why there is no answer.
package enum LoopbackFailure: Error {
    case noConnection, closed, notHTTP(String)
}

/// A client on this machine that sends exactly the bytes that it is told to; every wait is bounded.
package struct Loopback: Sendable {
    package let port: Int

    package init(port: Int) { self.port = port }

    private static let seconds = 60

    /// A request of usual form.
    package func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], _ body: Data = Data()
    ) async throws -> HTTPReply {
        try await raw(request(method, path, headers, body), isHead: method == "HEAD")
    }

    /// A request with a JSON body.
    package func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], json: JSONValue
    ) async throws -> HTTPReply {
        try await send(
            method, path, headers.merging(["Content-Type": "application/json"]) { own, _ in own },
            JSONEncoder().encode(json))
    }

    package func get(_ path: String, _ headers: [String: String] = [:]) async throws -> HTTPReply {
        try await send("GET", path, headers)
    }

    package func post(_ path: String, _ json: JSONValue, _ headers: [String: String] = [:]) async throws -> HTTPReply {
        try await send("POST", path, headers, json: json)
    }

    private func request(_ method: String, _ path: String, _ headers: [String: String], _ body: Data) -> Data {
        var all = ["Host": "127.0.0.1:\(port)", "Connection": "close"]
            .merging(headers) { $1 }
        if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) { all["Content-Length"] = String(body.count) }
        let lines = ["\(method) \(path) HTTP/1.1"] + all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// Sends bytes, and reads an answer to its end.
    ///
    /// - Parameter isAll: whether the client says that nothing more will come.
    package func raw(_ bytes: Data, isHead: Bool = false, isAll: Bool = false) async throws -> HTTPReply {
        try await onThread {
            let socket = try Socket(port: port, seconds: Self.seconds)
            try socket.write(bytes)
            if isAll { socket.finish() }
            return try socket.reply(isHead: isHead)
        }
    }

    /// Opens a stream of events, and hands over each block of lines until the end.
    package func events(
        _ method: String, _ path: String, _ headers: [String: String] = [:], json: JSONValue? = nil
    ) -> AsyncThrowingStream<String, any Error> {
        let body = json.flatMap { try? JSONEncoder().encode($0) } ?? Data()
        let bytes = request(method, path, headers.merging(["Content-Type": "application/json"]) { own, _ in own }, body)
        return AsyncThrowingStream { continuation in
            let thread = Thread {
                do {
                    let socket = try Socket(port: port, seconds: Self.seconds)
                    continuation.onTermination = { _ in socket.end() }
                    try socket.write(bytes)
                    try socket.blocks { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            thread.start()
        }
    }

    private func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try work() }) }.start()
        }
    }
}

/// A connection to a port of this machine.
private final class Socket: @unchecked Sendable {
    // Unchecked: `end` calls nothing but `shutdown`, which is made for other threads.
    private let descriptor: Int32
    private var waiting = Data()

    init(port: Int, seconds: Int) throws {
        descriptor = socket(AF_INET, numericCast(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = numericCast(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw LoopbackFailure.noConnection }
    }

    deinit { close(descriptor) }

    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// A server that refuses may close before it has read everything: what it says is read all the same.
    func write(_ bytes: Data) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + written, bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            written += count
        }
    }

    /// Reads more.
    ///
    /// - Returns: `false` at the end.
    private func more() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        waiting.append(contentsOf: buffer[..<count])
        return true
    }

    private func line() throws -> String? {
        while true {
            if let range = waiting.range(of: Data("\r\n".utf8)) {
                let line = String(decoding: waiting[waiting.startIndex..<range.lowerBound], as: UTF8.self)
                waiting = Data(waiting[range.upperBound...])
                return line
            }
            guard try more() else { return nil }
        }
    }

    private func bytes(_ count: Int) throws -> Data {
        while waiting.count < count { guard try more() else { throw LoopbackFailure.closed } }
        defer { waiting = Data(waiting.dropFirst(count)) }
        return Data(waiting.prefix(count))
    }

    private func head() throws -> HTTPReply {
        guard let first = try line() else { throw LoopbackFailure.closed }
        let words = first.split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw LoopbackFailure.notHTTP(first)
        }
        var reply = HTTPReply(status: status, headers: [:], body: Data())
        while let line = try line(), !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw LoopbackFailure.notHTTP(line) }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            reply.headers[line[..<colon].lowercased()] = value
        }
        return reply
    }

    func reply(isHead: Bool) throws -> HTTPReply {
        var reply = try head()
        while reply.status == 100 { reply = try head() }
        if isHead || [204, 304].contains(reply.status) { return reply }
        if let length = reply.headers["content-length"].flatMap({ Int($0) }) {
            reply.body = try bytes(length)
        } else if reply.headers["transfer-encoding"] == "chunked" {
            while let chunk = try chunk() { reply.body.append(chunk) }
        } else {
            while try more() {}
            reply.body = waiting
        }
        return reply
    }

    private func chunk() throws -> Data? {
        guard let size = try line(), let count = Int(size, radix: 16) else { throw LoopbackFailure.closed }
        let data = try bytes(count)
        _ = try line()
        return count == 0 ? nil : data
    }

    /// The blocks of an event stream.
    func blocks(_ take: (String) -> Void) throws {
        let reply = try head()
        guard reply.headers["content-type"]?.hasPrefix("text/event-stream") == true else {
            throw LoopbackFailure.notHTTP("status \(reply.status)")
        }
        var text = Data()
        while let chunk = try chunk() {
            text.append(chunk)
            while let range = text.range(of: Data("\n\n".utf8)) {
                take(String(decoding: text[text.startIndex..<range.lowerBound], as: UTF8.self))
                text = Data(text[range.upperBound...])
            }
        }
    }
}
