import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MusicCore
import MusicEngine
import MusicJobs
import NIOCore

/// What Hummingbird tells of a request beside its head and body.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the client is.
    let peer: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress
    }

    /// Whether the client is on this machine.
    var isLocal: Bool {
        switch peer {
        case .v4, .v6: peer?.ipAddress.flatMap { HostName($0.contains(":") ? "[\($0)]" : $0) }?.isLoopback == true
        case .unixDomainSocket: true
        case nil: false
        }
    }
}

/// What all routes work with.
struct ServerState: Sendable {
    let service: JobService
    let engine: Engine
    let settings: ServerSettings
    let models: ServerModels
    let folders: InputFolders
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date
    let logger: Logger
}

/// A request, as a route sees it.
struct Exchange: Sendable {
    let state: ServerState
    let request: Request
    let context: ServerContext
    /// Parts of the path that its pattern leaves open.
    var parameters: [String: String] = [:]
    /// Whose key came with it; empty without keys. `nil` until a key has been shown.
    var owner: String?

    init(_ state: ServerState, _ request: Request, _ context: ServerContext) {
        self.state = state
        self.request = request
        self.context = context
    }

    var service: JobService { state.service }
    var now: Date { state.now() }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }

    /// The value of a name in the query, decoded; the first one where it stands several times.
    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map { String($0) }
    }

    /// - Throws: ``ServerFailure`` 401 where no key has been shown.
    func requiredOwner() throws -> String {
        guard let owner else { throw ServerFailure(401, "Missing Authorization header") }
        return owner
    }

    /// The body as a whole.
    ///
    /// - Throws: ``ServerFailure`` 413.
    func body(limit: Int) async throws -> Data {
        let limit = owner == nil ? min(limit, state.settings.limits.unauthenticated) : limit
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ServerFailure.tooLarge(limit)
        }
        var data = Data()
        for try await buffer in request.body {
            guard data.count + buffer.readableBytes <= limit else { throw ServerFailure.tooLarge(limit) }
            data.append(contentsOf: buffer.readableBytesView)
        }
        return data
    }

    /// The body as a JSON object; an empty one is an empty object.
    ///
    /// - Throws: ``ServerFailure`` 400 or 413.
    func jsonObject(limit: Int? = nil) async throws -> [String: JSONValue] {
        let data = try await body(limit: limit ?? state.settings.limits.body)
        guard data.contains(where: { !" \t\r\n".utf8.contains($0) }) else { return [:] }
        return try BodyForm.object(data)
    }

    /// The key that makes a submission come through once only.
    var idempotencyKey: String? { header("Idempotency-Key") }

    /// Takes a job on.
    ///
    /// - Throws: ``JobRefusal``, ``MusicError``.
    func submit(_ request: JobRequest, priority: JobPriority = .normal, isOnce: Bool = true) async throws -> JobAdmission {
        try await service.queue.submit(
            JobSubmission(
                request, owner: try requiredOwner(), priority: priority,
                idempotencyKey: isOnce ? idempotencyKey : nil))
    }

    /// Waits until a job is over; if the waiting task is cancelled, the job is too.
    func finished(_ id: String) async throws -> Job {
        let queue = service.queue
        return try await withTaskCancellationHandler {
            for await _ in service.events.stream(of: id) {}
            if Task.isCancelled { _ = try await queue.cancel(id) }
            try Task.checkCancellation()
            return try await queue.status(of: id).job
        } onCancel: {
            Task { try await queue.cancel(id) }
        }
    }

    /// The work of a request whose client waits for the answer: it is cancelled when the client is gone.
    func whileConnected<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await request.body.consumeWithCancellationOnInboundClose { _ in try await work() }
    }
}
