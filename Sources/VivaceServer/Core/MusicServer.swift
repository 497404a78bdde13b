public import Foundation
import HTTPTypes
import Hummingbird
public import Logging
public import ModelHub
import MusicCore
public import MusicEngine
public import MusicJobs
import NIOCore

/// A server over jobs and an engine: ACE-Step's REST API, OpenRouter's chat completions, and a job API.
public struct MusicServer: Sendable {
    private let state: ServerState
    private let rules: OriginRules
    private let routes: RouteTable
    private let failures: FailureLimit

    /// - Parameters:
    ///   - service: takes jobs on; it has been started.
    ///   - engine: tells of models.
    ///   - locator: finds and downloads models; it is asked anew for each request. `nil` downloads none.
    ///   - clock: for signs of life in event streams.
    ///   - now: the time of day.
    /// - Throws: ``MusicError`` for settings that can't be; see ``ServerSettings/validate()``.
    public init(
        _ service: JobService, engine: Engine, locator: (@Sendable () throws -> ModelLocator)? = nil,
        settings: ServerSettings, logger: Logger, clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        try settings.validate()
        state = ServerState(
            service: service, engine: engine, settings: settings, models: ServerModels(engine, settings),
            folders: InputFolders(settings.inputFolders), metrics: ServerMetrics(PrometheusRegistry(), started: now()),
            sessions: Sessions(now: now), locator: locator, pulls: ModelPulls(logger), clock: clock, now: now,
            logger: logger)
        rules = OriginRules(settings)
        failures = FailureLimit(clock)
        routes = RouteTable(Self.allRoutes)
    }

    static let allRoutes =
        NativeRoutes.all + DescriptionRoutes.all + ModelRoutes.all + PullRoutes.all + JobRoutes.all + QueueRoutes.all
        + UploadRoutes.all + SongRoutes.all + OperationRoutes.all + ChatRoutes.all + DJRoutes.all + AdapterRoutes.all
        + LaterRoutes.all + SessionRoutes.all + StudioRoutes.all

    /// Serves until the task is cancelled.
    ///
    /// - Parameters:
    ///   - whenReady: takes the port, once connections are taken.
    ///   - whenDJReady: takes the port of the DJ, likewise; see ``ServerSettings/djPort``.
    /// - Throws: ``MusicError`` `unwritableOutput` if it can't listen there.
    public func run(
        whenReady: @escaping @Sendable (_ port: Int) async -> Void,
        whenDJReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) async throws {
        let webhooks = WebhookSender(
            state.service, state.settings.webhooks, clock: state.clock, logger: state.logger, now: state.now)
        let sending = Task { await webhooks.run() }
        let measuring = Task { await state.metrics.follow(state.service) }
        defer {
            sending.cancel()
            measuring.cancel()
            Task { [state] in await state.pulls.stopAll() }
        }
        // The DJ's port is told of after the other one.
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listen(on: state.settings.port, first: nil) { port in
                    if state.settings.loadsAtStart { loadInBackground() }
                    await whenReady(port)
                    isReady.finish()
                }
            }
            if let port = state.settings.djPort {
                group.addTask {
                    for await _ in ready {}
                    try await listen(on: port, first: "/dj", whenReady: whenDJReady)
                }
            }
            // Either is of no use without the other.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Answers at a port until the task is cancelled.
    ///
    /// - Parameter first: the page that stands in for the first one.
    private func listen(
        on port: Int, first: String?, whenReady: @escaping @Sendable (_ port: Int) async -> Void
    ) async throws {
        let settings = state.settings
        let limits = settings.limits
        // What it says of connections that are cut is no news; what counts is thrown.
        var quiet = state.logger
        quiet.logLevel = .critical
        let application = Application(
            responder: CallbackResponder<ServerContext> { request, context in
                if let first, request.uri.path == "/", request.method == .get {
                    return Response(status: .found, headers: [.location: first])
                }
                return await respond(request, context)
            },
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(120),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 200)
                )),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: port)),
            onServerRunning: { channel in await whenReady(channel.localAddress?.port ?? port) },
            logger: quiet)
        do {
            try await application.runService(gracefulShutdownSignals: [])
        } catch let error as IOError {
            throw MusicError(
                .unwritableOutput,
                "The server can't listen on \(settings.host), port \(port): "
                    + String(cString: strerror(error.errnoCode)),
                advice: "choose another port, or end the program that has it", field: "port",
                value: String(port))
        }
    }

    private func loadInBackground() {
        Task {
            do {
                _ = try await state.models.load(
                    nil, with: nil, loadsLanguageModel: state.settings.usesLanguageModel == true,
                    by: state.service.runner)
            } catch {
                state.logger.error("the model can't be loaded", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The answer to a request; every failure becomes one.
    func respond(_ request: Request, _ context: ServerContext) async -> Response {
        let path = request.uri.path
        let elapsed = Stopwatch(state.clock)
        var dialect: Dialect?
        var route = "other"
        var response: Response
        do {
            if let seconds = failures.wait(for: context.address) {
                throw ServerFailure(429, "Too many requests without a valid key; wait a little", retryAfter: seconds)
            }
            response = try await answer(request, context, &dialect, &route)
        } catch {
            let failure = ServerFailure(error)
            // Programs of this machine, one of which may have an old key, don't shut each other out.
            if failure.status == 401, !context.isLocal { failures.note(context.address) }
            if failure.status >= 500, failure.status != 501, failure.status != 503 {
                state.logger.error("a request failed", metadata: ["path": "\(path)", "error": "\(error)"])
            }
            response = Reply.failure(failure, dialect: dialect ?? RouteTable.dialect(of: path), now: state.now())
        }
        state.metrics.note(
            method: route == "other" ? "other" : request.method.rawValue, route: route,
            status: Int(response.status.code), seconds: elapsed.seconds)
        state.logger.debug(
            "answered",
            metadata: ["method": "\(request.method)", "path": "\(path)", "status": "\(response.status.code)"])
        response.headers[.xContentTypeOptions] = "nosniff"
        addOrigin(to: &response, request)
        if request.method == .head {
            response.headers[.contentLength] =
                response.headers[.contentLength]
                ?? response.body.contentLength.map(String.init)
            response.body = ResponseBody()
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ dialect: inout Dialect?, _ name: inout String
    ) async throws -> Response {
        guard rules.answers(to: request.head.authority) else {
            throw ServerFailure(
                403, "This server does not answer to that host name; use localhost, or have the name allowed")
        }
        let origin = request.headers[.origin]
        let isAllowed = origin.map { rules.allows(origin: $0, host: request.head.authority) } ?? true
        let isPreflight = request.headers[.accessControlRequestMethod] != nil
        if request.method == .options, isPreflight || origin != nil { return preflight(isAllowed: isAllowed) }
        guard isAllowed || request.method == .get || request.method == .head else {
            throw ServerFailure(403, "Pages of this origin may not use the server; have the origin allowed")
        }
        guard let parts = RouteTable.parts(of: request.uri.path) else { throw ServerFailure(404, "Not Found") }
        guard let (route, parameters) = try routes.find(request.method, parts) else {
            return Response(status: .noContent, headers: [.allow: routes.methods(of: parts)])
        }
        dialect = route.dialect
        name = route.path
        var exchange = Exchange(state, request, context)
        exchange.parameters = parameters
        exchange.scope = route.scope
        if let holder = state.sessions.holder(of: request.headers) {
            exchange.holder = holder
        } else {
            exchange.holder = try Authentication(state.settings.keys).holder(of: request.headers, route.access)
        }
        if route.access != .open { try exchange.require(route.scope) }
        return try await route.handler(exchange)
    }

    private func preflight(isAllowed: Bool) -> Response {
        guard isAllowed else {
            return Reply.failure(
                ServerFailure(403, "Pages of this origin may not use the server; have the origin allowed"),
                dialect: .native, now: state.now())
        }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: OriginRules.methods, .accessControlAllowHeaders: OriginRules.headers,
                .accessControlMaxAge: "600",
            ])
    }

    private func addOrigin(to response: inout Response, _ request: Request) {
        response.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin], rules.allows(origin: origin, host: request.head.authority) else {
            return
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = OriginRules.exposed
    }
}
