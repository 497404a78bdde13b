import Crypto
import Foundation
import LoopbackClient

/// A hub of models on this machine, with the addresses of Hugging Face: one repository, whose weights can be held back
/// in their midst.
final class LoopbackHub: @unchecked Sendable {
    // Unchecked: the condition guards what follows it.
    private let condition = NSCondition()
    private var bytesBeforeHold: Int?
    private var starts: [String: [Int]] = [:]

    let port: Int
    private let descriptor: Int32
    private let repository: String
    private let files: [String: Data]
    private let commit = String(repeating: "c", count: 40)

    init(_ repository: String, _ files: [String: Data]) throws {
        self.repository = repository
        self.files = files
        let descriptor = socket(AF_INET, numericCast(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = numericCast(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isListening else { throw LoopbackFailure.noConnection }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                Thread { [weak self] in
                    if let self, let head = Self.head(connection) { self.answer(head, connection) }
                    close(connection)
                }.start()
            }
        }.start()
    }

    func end() {
        release()
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Sends so many bytes of a large file, and nothing more until ``release()``.
    func hold(after bytes: Int) { condition.withLock { bytesBeforeHold = bytes } }

    func release() {
        condition.withLock {
            bytesBeforeHold = nil
            condition.broadcast()
        }
    }

    /// Where each request for a file began.
    func begins(of path: String) -> [Int] { condition.withLock { starts[path] ?? [] } }

    private static func head(_ connection: Int32) -> [String]? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while data.range(of: Data("\r\n\r\n".utf8)) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
        }
        return String(decoding: data, as: UTF8.self).components(separatedBy: "\r\n")
    }

    private func answer(_ head: [String], _ connection: Int32) {
        let target = head[0].split(separator: " ")[1].split(separator: "?")[0]
        let parts = target.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        if parts.starts(with: ["api", "models"] + repository.split(separator: "/").map(String.init)), parts.count > 4 {
            send(parts[4] == "tree" ? tree() : #"{"id":"x","sha":"\#(commit)","siblings":[]}"#, to: connection)
        } else if parts.count > 4, parts[0...1].joined(separator: "/") == repository, parts[2] == "resolve",
            let file = files[parts[4...].joined(separator: "/")]
        {
            let range = head.first { $0.lowercased().hasPrefix("range: bytes=") }
            let start = range.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) } ?? 0
            send(file, from: start, parts[4...].joined(separator: "/"), isRange: range != nil, to: connection)
        } else {
            write(Data("HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8), to: connection)
        }
    }

    private func send(_ json: String, to connection: Int32) {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n"
        write(Data((head + "Connection: close\r\n\r\n" + json).utf8), to: connection)
    }

    private func send(_ file: Data, from start: Int, _ path: String, isRange: Bool, to connection: Int32) {
        condition.withLock { starts[path, default: []].append(start) }
        var head = isRange ? "HTTP/1.1 206 Partial\r\n" : "HTTP/1.1 200 OK\r\n"
        if isRange { head += "Content-Range: bytes \(start)-\(file.count - 1)/\(file.count)\r\n" }
        head += "ETag: \"\(hash(of: file))\"\r\nX-Repo-Commit: \(commit)\r\n"
        head += "Content-Length: \(file.count - start)\r\nConnection: close\r\n\r\n"
        write(Data(head.utf8), to: connection)
        var rest = file.dropFirst(start)
        if isLarge(file), let limit = condition.withLock({ bytesBeforeHold }) {
            write(Data(rest.prefix(limit)), to: connection)
            rest = rest.dropFirst(limit)
            condition.withLock { while bytesBeforeHold != nil { condition.wait() } }
        }
        write(Data(rest), to: connection)
    }

    private func write(_ data: Data, to connection: Int32) {
        data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let base = bytes.baseAddress.map { $0 + done }
                let count = Foundation.send(connection, base, bytes.count - done, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return }
                done += count
            }
        }
    }

    private func isLarge(_ file: Data) -> Bool { file.count > 1000 }

    private func hash(of file: Data) -> String {
        let bytes =
            isLarge(file)
            ? Array(SHA256.hash(data: file)) : Array(Insecure.SHA1.hash(data: Data("blob \(file.count)\0".utf8) + file))
        return bytes.map { String(format: "%02x", $0) }.joined()
    }

    private func tree() -> String {
        let entries = files.sorted { $0.key < $1.key }.map { path, file in
            var entry = #"{"type":"file","oid":"\#(hash(of: file))","size":\#(file.count),"path":"\#(path)""#
            if isLarge(file) { entry += #","lfs":{"oid":"\#(hash(of: file))","size":\#(file.count)}"# }
            return entry + "}"
        }
        return "[\(entries.joined(separator: ","))]"
    }
}
