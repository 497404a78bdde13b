import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ModelHub
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

    /// Where the client is, for counting; all of a kind where nobody can tell.
    var address: String { peer?.ipAddress ?? "" }

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
    let metrics: ServerMetrics
    let sessions: Sessions
    /// Finds and downloads models; `nil` where none may be downloaded.
    let locator: (@Sendable () throws -> ModelLocator)?
    let pulls: ModelPulls
    /// The adapters that clients have loaded for their later jobs.
    let adapters = LoadedAdapters()
    /// Jobs that are over, as `/v1/jobs/{id}` sends them.
    let finishedJobs = FinishedDocuments<String>()
    /// Jobs that are over, as items of `/query_result`.
    let finishedTasks = FinishedDocuments<JSONValue>()
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date
    let logger: Logger
}

/// A request, as a route sees it.
struct Exchange: Sendable {
    let state: ServerState
    var request: Request
    let context: ServerContext
    /// What its route asks of a key.
    var scope = AccessScope.generate
    /// Parts of the path that its pattern leaves open.
    var parameters: [String: String] = [:]
    /// Whose key came with it; `nil` until one has been shown.
    var holder: AccessKeys.Holder?

    init(_ state: ServerState, _ request: Request, _ context: ServerContext) {
        self.state = state
        self.request = request
        self.context = context
    }

    var service: JobService { state.service }
    /// Under which name its jobs and songs are kept; `nil` until a key has been shown.
    var owner: String? { holder?.name }
    var now: Date { state.now() }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }

    /// The value of a name in the query, decoded; the first one where it stands several times.
    func query(_ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map { String($0) }
    }

    /// A whole number of the query.
    ///
    /// - Throws: ``ServerFailure`` 400 beyond the range.
    func queryNumber(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw ServerFailure(
                400, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Yes or no in the query.
    ///
    /// - Throws: ``ServerFailure`` 400 for anything else.
    func queryFlag(_ name: String) throws -> Bool? {
        switch query(name)?.lowercased() {
        case nil: nil
        case "true", "1": true
        case "false", "0": false
        default: throw ServerFailure(400, "\(name) must be true or false")
        }
    }

    /// - Throws: ``ServerFailure`` 401 where no key has been shown.
    func requiredOwner() throws -> String {
        guard let owner else { throw ServerFailure(401, "Missing Authorization header") }
        return owner
    }

    /// - Throws: ``ServerFailure`` 403 where the key that was shown is not for this.
    func require(_ scope: AccessScope) throws {
        guard let holder, !holder.scopes.contains(scope) else { return }
        throw ServerFailure(403, "This key may not do that; it takes one with the scope \(scope.rawValue)")
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
        do {
            for try await buffer in request.body {
                guard data.count + buffer.readableBytes <= limit else { throw ServerFailure.tooLarge(limit) }
                data.append(contentsOf: buffer.readableBytesView)
            }
        } catch {
            throw Self.bodyFailure(error)
        }
        return data
    }

    /// What it is when a body can't be read to its end: the client's affair, unless the server itself says more.
    static func bodyFailure(_ error: any Error) -> any Error {
        switch error {
        case is ServerFailure, is CancellationError, is JobRefusal, is MusicError: error
        default: ServerFailure(400, "The body breaks off, or is not what HTTP wants")
        }
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
    func submit(_ request: JobRequest, priority: JobPriority = .normal, isOnce: Bool = true) async throws
        -> JobAdmission
    {
        try await service.queue.submit(
            JobSubmission(
                request, owner: try requiredOwner(), priority: priority,
                idempotencyKey: isOnce ? idempotencyKey : nil, waitingLimit: holder?.waiting))
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
    ///
    /// It reads what comes behind the body, so that the connection ends with the answer. The body is read within the
    /// work, and not before: Hummingbird 2.28 ends the process otherwise.
    func whileConnected(
        _ work: @escaping @Sendable (Exchange) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await request.body.consumeWithCancellationOnInboundClose { body in
                var exchange = self
                exchange.request.body = body
                return try await work(exchange)
            }
        } catch is CancellationError where !Task.isCancelled {
            throw ServerFailure(400, "The connection was closed on your side, which ends the work")
        }
        response.headers[.connection] = "close"
        return response
    }
}
