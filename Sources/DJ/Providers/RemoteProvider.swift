import Foundation
import ModelHub
import MusicCore
import Synchronization

/// A service that is asked over HTTP.
public struct RemoteProvider: ChatProvider {
    private let dialect: ServiceDialect
    private let usualModel: String?
    private let client: HTTPClient

    /// Bytes that an answer may have.
    private static let limit = 4 << 20

    /// - Throws: ``MusicError`` `invalidRequest` if something is missing that the service needs.
    public init(_ kind: ProviderKind, _ settings: ProviderSettings) throws {
        guard settings.missing(kind) == nil, let dialect = ServiceDialect(kind, settings) else {
            throw MusicError(
                .invalidRequest, "\(kind.name) can't be asked yet",
                advice: settings.missing(kind) ?? "choose another provider", field: "provider", value: kind.rawValue)
        }
        self.dialect = dialect
        usualModel = settings.usualModel(of: kind)
        var options = HTTPClient.Options()
        // A model may think for long before it says its first word, and speak slowly then.
        options.stallTimeout = 120
        options.slowest = 1
        client = HTTPClient(options: options)
    }

    public func reply(to messages: [ChatMessage], model: String?) -> AsyncThrowingStream<String, any Error> {
        let (stream, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
        let work = Task {
            do {
                try await send(messages, model) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: fault(error))
            }
        }
        continuation.onTermination = { _ in work.cancel() }
        return stream
    }

    private func send(
        _ messages: [ChatMessage], _ model: String?, _ take: @escaping @Sendable (String) -> Void
    ) async throws {
        guard let model = model ?? usualModel, !model.isEmpty else {
            throw MusicError(
                .invalidRequest, "No model is named", advice: "choose one of \(dialect.kind.name)'s models",
                field: "model")
        }
        let lines = Mutex(LineSplitter())
        let dialect = dialect
        let size = Mutex(0)
        try await client.send(try dialect.question(messages, model: model)) { bytes in
            let total = size.withLock {
                $0 += bytes.count; return $0
            }
            guard total <= Self.limit else { throw Refusal("its answer is longer than an answer can be") }
            for line in lines.withLock({ $0.take(bytes) }) { try Self.pass(dialect.piece(line), take) }
        }
        if let last = lines.withLock({ $0.rest() }) { try Self.pass(dialect.piece(last), take) }
    }

    private static func pass(_ piece: ServiceDialect.Piece, _ take: (String) -> Void) throws {
        switch piece {
        case .text(let text): take(text)
        case .failure(let reason): throw Refusal(reason)
        case .end, .nothing: break
        }
    }

    public func models() async throws -> [String] {
        do {
            let (_, body) = try await client.data(try dialect.inventory(), limit: Self.limit)
            return dialect.models(in: try JSONText.read(Data(body), what: "The list of models"))
        } catch {
            throw fault(error)
        }
    }

    /// The service has said in its answer that it fails.
    private struct Refusal: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }
    }

    /// What a user is told: who failed and why, and nothing that is secret.
    private func fault(_ error: any Error) -> any Error {
        let name = dialect.kind.name
        func failed(_ reason: String, _ advice: String) -> MusicError {
            var reason = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
            if let key = dialect.key { reason = reason.replacing(key, with: "…") }
            // Services put a part of the key, or the address with it, into their words.
            reason = reason.replacing(/(sk|AIza|gsk|xai)[-_A-Za-z0-9*.…]{4,}/, with: "…")
            reason = reason.replacing(/https?:\/\/\S+/, with: "its address")
            return MusicError(.network, "\(name) does not answer: \(reason.prefix(300))", advice: advice)
        }
        let advice = "check the provider's settings, or choose another"
        switch error {
        case is CancellationError: return MusicError(.cancelled, "The answer was stopped")
        case let error as MusicError: return error
        case let refusal as Refusal: return failed(refusal.reason, advice)
        case let status as HTTPStatusError:
            let said = dialect.reason(in: status.body).map { ": \($0)" } ?? ""
            switch status.status {
            case 401, 403: return failed("it refuses the key (status \(status.status))", "check the key")
            case 404: return failed("it knows no such model or address (status 404)\(said)", advice)
            case 429: return failed("it is asked too often (status 429)\(said)", "wait a little, or choose another")
            default: return failed("status \(status.status)\(said)", advice)
            }
        case let transfer as TransferError:
            switch transfer {
            case .unresolved, .unreachable:
                let local = dialect.kind == .ollama ? "start it (ollama serve), or choose another provider" : advice
                return failed("there is no connection", local)
            case .timedOut: return failed("it is silent", "try again, or choose a smaller model")
            case .certificate: return failed("its certificate is not trusted", advice)
            case .badAddress: return failed("its address must be http:// or https:// and a host", advice)
            default: return failed("the connection broke off", "try again")
            }
        default: return failed("something went wrong", advice)
        }
    }
}

/// Lines out of bytes as they come.
struct LineSplitter {
    private var open: [UInt8] = []

    mutating func take(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if open.last == UInt8(ascii: "\r") { open.removeLast() }
                lines.append(String(decoding: open, as: UTF8.self))
                open.removeAll(keepingCapacity: true)
            } else {
                open.append(byte)
            }
        }
        return lines
    }

    /// What no line end follows.
    mutating func rest() -> String? {
        defer { open = [] }
        return open.isEmpty ? nil : String(decoding: open, as: UTF8.self)
    }
}
