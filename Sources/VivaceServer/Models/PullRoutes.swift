import Foundation
import Hummingbird
import ModelHub
import MusicCore
import MusicEngine

/// Models that can be had, and their downloads.
enum PullRoutes {
    static let all: [Route] = [
        Route(.get, "/v1/models/catalog", .header, .jobs, catalog),
        Route(.get, "/v1/models/{name}/pull", .header, .jobs, show),
        Route(.get, "/v1/models/{name}/pull/events", .header, .jobs, events),
        Route(.post, "/v1/models/{name}/pull", .header, .jobs, scope: .admin, start),
        Route(.delete, "/v1/models/{name}/pull", .header, .jobs, scope: .admin, stop),
    ]

    private static func locator(_ exchange: Exchange) throws -> ModelLocator {
        guard let locator = exchange.state.locator else {
            throw ServerFailure(404, "This server downloads no models; it makes songs with those that are installed")
        }
        return try locator()
    }

    /// The name of a model that may be downloaded: one of the catalog's, or one that the operator gave.
    private static func name(_ exchange: Exchange, _ locator: ModelLocator) throws -> String {
        let name = exchange.parameters["name"] ?? ""
        let registry = locator.registry
        guard let known = registry.model(named: name)?.name ?? registry.userModel(named: name)?.name else {
            throw ServerFailure(
                404, "There is no model called \(name.prefix(64)); see GET /v1/models/catalog for those there are")
        }
        return known
    }

    // MARK: Routes

    @Sendable private static func catalog(_ exchange: Exchange) async throws -> Response {
        let memory = exchange.state.engine.memory()
        guard exchange.state.locator != nil else {
            return try Reply.object([("models", .list([])), ("memory", JSONValue(memory)), ("free_bytes", .null)])
        }
        let locator = try locator(exchange)
        let pulls = await exchange.state.pulls.all
        let models = try locator.inventory().models.filter { [.official, .user].contains($0.origin) }
        let free = locator.configuration.freeSpace(locator.configuration.cacheDirectory)
        return try Reply.object([
            (
                "models",
                .list(
                    models.map { model in
                        CatalogEntry(
                            model: model, known: locator.registry.model(named: model.name), pull: pulls[model.name],
                            memory: Int64(memory)
                        ).json
                    })
            ), ("memory", JSONValue(memory)), ("free_bytes", free.map { .integer($0) } ?? .null),
        ])
    }

    @Sendable private static func show(_ exchange: Exchange) async throws -> Response {
        try Reply.json(json(try await known(exchange)), status: 200)
    }

    @Sendable private static func start(_ exchange: Exchange) async throws -> Response {
        _ = try StrictBody(await exchange.jsonObject(), names: [])
        let locator = try locator(exchange)
        let pull = await exchange.state.pulls.start(try name(exchange, locator), locator)
        if let error = pull.error, pull.totalBytes == pull.resumedBytes || error.code == .unwritableOutput {
            // Nothing has been downloaded: it is refused.
            throw error
        }
        return try Reply.json(json(pull), status: pull.state.isFinal ? 200 : 202)
    }

    @Sendable private static func stop(_ exchange: Exchange) async throws -> Response {
        let pull = try await known(exchange)
        return try Reply.json(json(await exchange.state.pulls.stop(pull.model) ?? pull), status: 200)
    }

    @Sendable private static func events(_ exchange: Exchange) async throws -> Response {
        let pull = try await known(exchange)
        let stream = await exchange.state.pulls.watch(pull.model)
        return EventStreamReply.response(exchange.state.clock) { write in
            for await pull in stream {
                try await write(.event("event: \(eventName(pull.state))\ndata: \(Reply.json(json(pull)))\n\n"))
            }
        }
    }

    /// The download of the model in the path.
    ///
    /// - Throws: ``ServerFailure`` 404 if there is none.
    private static func known(_ exchange: Exchange) async throws -> ModelPull {
        let model = try name(exchange, locator(exchange))
        guard let pull = await exchange.state.pulls.all[model] else {
            throw ServerFailure(404, "Nobody has asked for a download of \(model) since the server began")
        }
        return pull
    }

    // MARK: Documents

    private static func eventName(_ state: ModelPull.State) -> String {
        switch state {
        case .listing, .downloading: "progress"
        case .succeeded: "finished"
        case .failed: "failed"
        case .stopped: "cancelled"
        }
    }

    static func json(_ pull: ModelPull) -> JSONValue {
        JSONValue([
            "model": .text(pull.model), "state": .text(pull.state.rawValue), "files": JSONValue(pull.files),
            "files_done": JSONValue(pull.filesDone), "bytes": .integer(pull.bytes),
            "total_bytes": .integer(pull.totalBytes), "resumed_bytes": .integer(pull.resumedBytes),
            "bytes_per_second": .number(pull.bytesPerSecond), "seconds_left": JSONValue(optional: pull.secondsLeft),
            "file": JSONValue(optional: pull.file),
            "notices": .list(pull.notices.map { .text(PublicText.withoutPaths($0)) }),
            "error": pull.error.map(JobDocument.error) ?? .null,
        ])
    }
}

/// A model that can be had, as clients see it.
private struct CatalogEntry {
    let model: ListedModel
    /// `nil` for a name of the operator's own.
    let known: KnownModel?
    let pull: ModelPull?
    /// Bytes that this process may use.
    let memory: Int64

    /// Bytes of memory in which it works: what its makers say, and at least its weights.
    private var needed: Int64? { known.map { max($0.minimumMemory, $0.bytes) } }

    var json: JSONValue {
        func number(_ value: Int64?) -> JSONValue { value.map { .integer($0) } ?? .null }
        return JSONValue([
            "name": .text(model.name), "purpose": JSONValue(optional: (model.purpose ?? known?.purpose)?.rawValue),
            "status": .text(model.status.rawValue), "summary": JSONValue(optional: model.summary),
            "parameters": JSONValue(optional: model.parameters), "licence": JSONValue(optional: model.licence),
            "is_gated": model.isGated.map { .flag($0) } ?? .null,
            "is_recommended": .flag(known?.isRecommended ?? false), "download_bytes": number(model.downloadBytes),
            "missing_bytes": number(missing), "disk_bytes": .integer(model.diskBytes),
            "memory_bytes": number(needed), "fits": needed.map { .flag($0 <= memory) } ?? .null,
            "pull": pull.map(PullRoutes.json) ?? .null,
        ])
    }

    /// Approximate bytes of the parts that are not complete here; what others have brought counts as here.
    private var missing: Int64? {
        known?.components.filter { model.directories[$0.role.rawValue] == nil }.reduce(0) { $0 + $1.bytes }
    }
}
