public import Foundation
import HTTPTypes
import Hummingbird
public import Logging
import MusicCore
public import MusicEngine
public import MusicJobs
import NIOCore

/// A server over jobs and an engine: ACE-Step's REST API, OpenRouter's chat completions, and a job API.
public struct MusicServer: Sendable {
    private let state: ServerState
    private let rules: OriginRules
    private let routes: RouteTable

    /// - Parameters:
    ///   - service: takes jobs on; it has been started.
    ///   - engine: tells of models.
    ///   - clock: for signs of life in event streams.
    ///   - now: the time of day.
    /// - Throws: ``MusicError`` for settings that can't be; see ``ServerSettings/validate()``.
    public init(
        _ service: JobService, engine: Engine, settings: ServerSettings, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        try settings.validate()
        state = ServerState(
            service: service, engine: engine, settings: settings, models: ServerModels(engine, settings),
            folders: InputFolders(settings.inputFolders), clock: clock, now: now, logger: logger)
        rules = OriginRules(settings)
        routes = RouteTable(
            routes: NativeRoutes.all + DescriptionRoutes.all + ModelRoutes.all + JobRoutes.all + UploadRoutes.all
                + ChatRoutes.all + LaterRoutes.all)
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter whenReady: takes the port, once connections are taken.
    /// - Throws: ``MusicError`` `unwritableOutput` if it can't listen there.
    public func run(whenReady: @escaping @Sendable (_ port: Int) async -> Void) async throws {
        let settings = state.settings
        let limits = settings.limits
        let application = Application(
            responder: CallbackResponder<ServerContext> { request, context in
                await respond(request, context)
            },
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(120),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers, maxHeaderFieldCount: 200)
                )),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)),
            onServerRunning: { channel in
                if settings.loadsAtStart { loadInBackground() }
                await whenReady(channel.localAddress?.port ?? settings.port)
            },
            logger: state.logger)
        do {
            try await application.runService(gracefulShutdownSignals: [])
        } catch let error as IOError {
            throw MusicError(
                .unwritableOutput,
                "The server can't listen on \(settings.host), port \(settings.port): "
                    + String(cString: strerror(error.errnoCode)),
                advice: "choose another port, or end the program that has it", field: "port",
                value: String(settings.port))
        }
    }

    private func loadInBackground() {
        Task {
            do {
                _ = try await state.models.load(nil, with: nil, loadsLanguageModel: false, by: state.service.runner)
            } catch {
                state.logger.error("the model can't be loaded", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The answer to a request; every failure becomes one.
    func respond(_ request: Request, _ context: ServerContext) async -> Response {
        let path = request.uri.path
        var dialect = RouteTable.dialect(of: path)
        var response: Response
        do {
            response = try await answer(request, context, &dialect)
        } catch {
            let failure = ServerFailure(error)
            if failure.status >= 500, failure.status != 501, failure.status != 503 {
                state.logger.error("a request failed", metadata: ["path": "\(path)", "error": "\(error)"])
            }
            response = Reply.failure(failure, dialect: dialect, now: state.now())
        }
        response.headers[HTTPField.Name("X-Content-Type-Options")!] = "nosniff"
        addOrigin(to: &response, request)
        if request.method == .head {
            response.headers[.contentLength] = response.headers[.contentLength]
                ?? response.body.contentLength.map(String.init)
            response.body = ResponseBody()
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ dialect: inout Dialect
    ) async throws -> Response {
        guard rules.answers(to: request.head.authority) else {
            throw ServerFailure(
                403, "This server does not answer to that host name; use localhost, or have the name allowed")
        }
        let origin = request.headers[.origin]
        let isAllowed = origin.map { rules.allows(origin: $0, host: request.head.authority) } ?? true
        if request.method == .options { return preflight(isAllowed: isAllowed) }
        guard isAllowed || request.method == .get || request.method == .head else {
            throw ServerFailure(403, "Pages of this origin may not use the server; have the origin allowed")
        }
        guard let parts = RouteTable.parts(of: request.uri.path) else { throw ServerFailure(404, "Not Found") }
        let (route, parameters) = try routes.find(request.method, parts)
        dialect = route.dialect
        var exchange = Exchange(state, request, context)
        exchange.parameters = parameters
        exchange.owner = try Authentication(state.settings.keys).owner(of: request.headers, route.access)
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
