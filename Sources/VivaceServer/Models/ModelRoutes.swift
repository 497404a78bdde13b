import Foundation
import Hummingbird
import MusicCore
import MusicJobs

/// Routes about the server and its models.
enum ModelRoutes {
    static let all: [Route] = [
        Route(.get, "/health", .open, health),
        Route(.get, "/v1/models", .open, models),
        Route(.get, "/api/v1/models", .open, models),
        Route(.get, "/v1/model_inventory", .header, inventory),
        Route(.get, "/v1/stats", .header, statistics),
        Route(.post, "/v1/init", .header, scope: .admin, initialize),
        Route(.post, "/v1/reinitialize", .header, scope: .admin, reinitialize),
    ]

    @Sendable private static func health(_ exchange: Exchange) async throws -> Response {
        let loaded = await exchange.service.runner.loadedModels()
        let music = loaded.first { $0.purpose == .music }?.name
        let planner = loaded.first { $0.purpose == .planning }?.name
        return try Reply.wrapped(
            JSONValue([
                "status": "ok", "service": "ACE-Step API", "version": "1.0", "models_initialized": .flag(music != nil),
                "llm_initialized": .flag(planner != nil), "loaded_model": JSONValue(optional: music),
                "loaded_lm_model": JSONValue(optional: planner),
            ]), now: exchange.now)
    }

    // MARK: Lists

    /// The models as ACE-Step's own clients read them.
    static func list(_ exchange: Exchange) async throws -> [String: JSONValue] {
        let models = exchange.state.models
        let loaded = Set(await exchange.service.runner.loadedModels().map(\.name))
        let usual = try await models.defaultName()
        let planners = try await models.installedLanguageModels()
        var entries: [JSONValue] = []
        for name in try await models.installed() {
            let tasks = await models.tasks(of: name).map { JSONValue.text($0.rawValue) }
            entries.append(
                JSONValue([
                    "name": .text(name), "is_default": .flag(name == usual), "is_loaded": .flag(loaded.contains(name)),
                    "supported_task_types": .list(tasks),
                ]))
        }
        return [
            "models": .list(entries),
            "default_model": .text(usual),
            "lm_models": .list(
                planners.map { name in
                    JSONValue(["name": .text(name), "is_loaded": .flag(loaded.contains(name))])
                }),
            "loaded_lm_model": JSONValue(optional: planners.first(where: loaded.contains)),
            "llm_initialized": .flag(planners.contains(where: loaded.contains)),
        ]
    }

    @Sendable private static func inventory(_ exchange: Exchange) async throws -> Response {
        try Reply.wrapped(.object(try await list(exchange)), now: exchange.now)
    }

    /// OpenRouter's list, with what others look for beside it.
    @Sendable private static func models(_ exchange: Exchange) async throws -> Response {
        let own = try await list(exchange)
        if exchange.query("format") == "native" { return try Reply.wrapped(.object(own), now: exchange.now) }
        let created = Int(exchange.now.timeIntervalSince1970) - 30 * 86_400
        let entries = (own["models"]?.items ?? []).map { model in
            let name = model["name"].plainText
            return JSONValue([
                "id": .text("acestep/\(name)"), "object": "model", "owned_by": "acestep",
                "name": .text("ACE-Step \(name)"),
                "created": JSONValue(created), "input_modalities": ["text", "audio"],
                "output_modalities": ["audio", "text"], "context_length": .integer(4096),
                "max_output_length": .integer(300),
                "pricing": JSONValue(["prompt": "0", "completion": "0", "request": "0", "image": "0"]),
                "description": "Makes songs out of text and audio", "architecture": .null,
            ])
        }
        return try Reply.object([
            ("object", "list"), ("data", .list(entries)), ("models", own["models"] ?? .list([])),
            ("default_model", own["default_model"] ?? .null), ("code", .integer(200)), ("error", .null),
        ])
    }

    @Sendable private static func statistics(_ exchange: Exchange) async throws -> Response {
        let statistics = try await exchange.service.queue.statistics()
        func count(_ state: JobState) -> JSONValue { JSONValue(statistics.jobs[state.rawValue] ?? 0) }
        return try Reply.wrapped(
            JSONValue([
                "jobs": JSONValue([
                    "total": JSONValue(statistics.jobs.values.reduce(0, +)), "queued": count(.queued),
                    "running": count(.running), "succeeded": count(.succeeded), "failed": count(.failed),
                    "cancelled": count(.cancelled),
                ]),
                "queue_size": JSONValue(statistics.waiting),
                "queue_maxsize": JSONValue(exchange.service.queue.limits.waiting),
                "avg_job_seconds": .number(statistics.meanSeconds ?? 5),
            ]), now: exchange.now)
    }

    // MARK: Loading

    @Sendable private static func initialize(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.jsonObject()
        let slot = body["slot"]?.numberValue ?? 1
        guard [1, 2, 3].contains(slot) else {
            throw ServerFailure(fields: [.init(name: "slot", message: "give 1, 2 or 3", input: body["slot"] ?? .null)])
        }
        guard slot == 1 else {
            return try Reply.wrapped(
                .null, now: exchange.now, code: 400, error: "Slot \(slot.plainText) is not available; use slot 1")
        }
        var notices: [String] = []
        let models = exchange.state.models
        let name = try await models.music(body["model"]?.saying, notices: &notices)
        let planner = try await models.planner(body["lm_model_path"]?.saying, notices: &notices)
        let loads = body["init_llm"]?.truth ?? false
        return try await load(
            exchange, name, planner, loadsLanguageModel: loads, message: "Model initialization completed",
            more: ["slot": .integer(1), "notices": .list(notices.map { .text($0) })])
    }

    @Sendable private static func reinitialize(_ exchange: Exchange) async throws -> Response {
        let loaded = await exchange.service.runner.loadedModels()
        guard let music = loaded.first(where: { $0.purpose == .music }) else {
            return try Reply.wrapped(.null, now: exchange.now, code: 500, error: "Service not initialized")
        }
        let planner = loaded.first { $0.purpose == .planning }
        return try await load(
            exchange, music.name, planner?.name, loadsLanguageModel: planner != nil,
            message: "Service reinitialized", more: ["reloaded": .list(loaded.map { .text($0.name) })])
    }

    private static func load(
        _ exchange: Exchange, _ name: String?, _ planner: String?, loadsLanguageModel: Bool, message: String,
        more: [String: JSONValue]
    ) async throws -> Response {
        let loaded: [LoadedModel]
        do {
            loaded = try await exchange.state.models.load(
                name, with: planner, loadsLanguageModel: loadsLanguageModel, by: exchange.service.runner)
        } catch let error as MusicError {
            return try Reply.wrapped(
                .null, now: exchange.now, code: 500, error: "Model initialization failed: " + PublicText.of(error))
        }
        var data = try await list(exchange).merging(more) { $1 }
        data["message"] = .text(message)
        data["loaded_model"] = JSONValue(optional: loaded.first { $0.purpose == .music }?.name)
        let lm = loaded.first { $0.purpose == .planning }?.name
        data["loaded_lm_model"] = JSONValue(optional: lm)
        data["llm_initialized"] = .flag(lm != nil)
        return try Reply.wrapped(.object(data), now: exchange.now)
    }
}
