import Foundation
import MusicCore
import MusicEngine
import Synchronization

/// What server and worker say to each other: frames of JSON, each with the version of the protocol.
enum WorkerProtocol {
    static let version = 1
    /// Bytes that a message has at most.
    static let longest = 64 << 20
}

/// From the server to its worker.
package struct WorkerCall: Codable, Sendable {
    package enum Action: Codable, Sendable {
        case run(RunTask)
        /// Stops the call of that number.
        case cancel(Int)
        case inspect(path: String)
        case load(LoadOrder)
        case loadedModels
    }

    var version = WorkerProtocol.version
    /// The answers have the same.
    package var number: Int
    var action: Action

    package init(number: Int, action: Action) {
        self.number = number
        self.action = action
    }
}

/// From a worker to its server.
struct WorkerReply: Codable, Sendable {
    enum Content: Codable, Sendable {
        /// The worker has begun; with the version of the program.
        case ready(String)
        /// It lives, and has computed for so many seconds.
        case alive(seconds: Double)
        case event(RunEvent)
        case outcome(RunOutcome)
        case summary(AudioSummary)
        case models([LoadedModel])
        case failed(MusicError)
    }

    var version = WorkerProtocol.version
    /// Of the call; 0 where it belongs to none.
    var number: Int
    var content: Content
}

/// Messages as frames: four bytes with the length, the most significant first, and JSON.
package enum WorkerFrame {
    private struct Version: Decodable { var version: Int }

    package static func encode(_ message: some Encodable) throws -> Data {
        let json = try JSONEncoder().encode(message)
        guard json.count <= WorkerProtocol.longest else {
            throw MusicError(.internal, "a message has \(json.count) bytes, more than \(WorkerProtocol.longest)")
        }
        let length = UInt32(json.count)
        var frame = Data((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * $0)) })
        frame.append(json)
        return frame
    }

    /// - Throws: ``MusicError`` `internal` for another version, or for what is no message.
    package static func decode<Message: Decodable>(_ type: Message.Type, _ json: Data) throws -> Message {
        let decoder = JSONDecoder()
        guard let version = try? decoder.decode(Version.self, from: json).version else {
            throw MusicError(.internal, "a message of the worker's protocol is damaged")
        }
        guard version == WorkerProtocol.version else {
            throw MusicError(
                .internal,
                "The worker's protocol has version \(version) on the other side, and \(WorkerProtocol.version) here",
                advice: "use server and worker of one program")
        }
        do {
            return try decoder.decode(type, from: json)
        } catch {
            throw MusicError(.internal, "a message of the worker's protocol can't be read: \(error)")
        }
    }
}

/// Puts frames together that come in pieces.
package struct WorkerFrameReader {
    private var waiting = Data()

    package init() {}

    package mutating func append(_ data: Data) { waiting.append(data) }

    /// The next message that is complete; `nil` if more has to come.
    ///
    /// - Throws: ``MusicError`` `internal` for a length that no message has.
    package mutating func next() throws -> Data? {
        guard waiting.count >= 4 else { return nil }
        let length = waiting.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= WorkerProtocol.longest else {
            throw MusicError(.internal, "a message of the worker's protocol would have \(length) bytes")
        }
        guard waiting.count >= 4 + length else { return nil }
        let message = Data(waiting.dropFirst(4).prefix(length))
        waiting = Data(waiting.dropFirst(4 + length))
        return message
    }
}

/// Bytes through a descriptor.
package enum WorkerPipe {
    /// Held while descriptors are made that no new process is to get, and while a process begins.
    private static let door = Mutex(())

    /// Begins a process while no pipe is being made.
    package static func start(_ process: Process) throws { try door.withLock { _ in try process.run() } }

    /// A pipe whose ends no other process gets that begins meanwhile: one that kept an end would keep its end from
    /// being seen.
    ///
    /// - Throws: ``MusicError`` `outOfMemory` if there are no descriptors for it.
    package static func make() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        let status = door.withLock { _ in
            let status = pipe(&ends)
            for end in ends where status == 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return status
        }
        guard status == 0 else { throw SystemFault(errno, path: "a pipe").error() }
        return (ends[0], ends[1])
    }

    /// Writes all bytes, whole frames one after the other.
    ///
    /// - Returns: whether the other side took them.
    static func write(_ data: Data, to descriptor: Int32) -> Bool {
        var written = 0
        while written < data.count {
            let count = data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Int in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return Foundation.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Reads until the end, on a thread of its own, and hands over each piece.
    ///
    /// - Parameter take: an empty piece is the end.
    static func read(_ descriptor: Int32, _ take: @escaping @Sendable (Data) -> Void) {
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = Foundation.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                take(Data(buffer[..<count]))
            }
            take(Data())
        }
        thread.name = "worker pipe"
        thread.start()
    }
}
