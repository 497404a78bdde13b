import HTTPTypes
import Hummingbird
import MusicCore
import MusicEngine
import MusicJobs

/// The reference's routes for adapters.
///
/// What is loaded counts for the later jobs of the same key; the adapters are those of the server's folder, by name.
enum AdapterRoutes {
    static let all: [Route] = [
        Route(.post, "/v1/lora/load", .header, load),
        Route(.post, "/v1/lora/unload") { exchange in
            try await exchange.state.adapters.unload(for: try exchange.requiredOwner())
            return try Reply.wrapped(JSONValue(["message": "✅ Adapters unloaded"]), now: exchange.now)
        },
        Route(.post, "/v1/lora/toggle", .header, toggle), Route(.post, "/v1/lora/scale", .header, scale),
        Route(.get, "/v1/lora/status", .header, status),
    ]

    private static func wrong(_ name: String, _ message: String, _ input: JSONValue) -> ServerFailure {
        ServerFailure(fields: [.init(name: name, message: message, input: input)])
    }

    @Sendable private static func load(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let body = try await exchange.jsonObject()
        guard case .text(let file)? = body["lora_path"], !file.isEmpty else {
            throw wrong("lora_path", "give the name of an adapter", body["lora_path"] ?? .null)
        }
        var name: String?
        switch body["adapter_name"] {
        case nil, .null: break
        case .text(let text)? where text.count <= 64: name = text.isEmpty ? nil : text
        case let value?: throw wrong("adapter_name", "give a text of at most 64 characters", value)
        }
        let path = try exchange.service.adapters.path(of: file)
        // It must fit the model that jobs get.
        let found = try await exchange.state.engine.find(exchange.state.models.defaultName())
        var request = MusicRequest()
        request.adapters = [AdapterUse(path)]
        let reports = try found.family.adapters(of: request, for: found.location)
        guard let report = reports.first else { throw ServerFailure(400, "This model takes no adapters") }
        let own = name ?? (file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file)
        try await exchange.state.adapters.load(.init(name: own, file: file, kind: report.kind), for: owner)
        return try Reply.wrapped(
            JSONValue([
                "message": .text("✅ Loaded \(report.summary)"), "lora_path": .text(file), "adapter_name": .text(own),
                "notices": .list(
                    ([report.unmatchedNotice].compactMap { $0 } + report.notices).map { .text($0) }),
            ]), now: exchange.now)
    }

    @Sendable private static func toggle(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let value = try await exchange.jsonObject()["use_lora"] ?? .null
        guard case .flag(let isUsed) = value else { throw wrong("use_lora", "give true or false", value) }
        try await exchange.state.adapters.use(isUsed, for: owner)
        return try Reply.wrapped(
            JSONValue([
                "message": .text(isUsed ? "✅ The adapter is used" : "✅ The adapter is left out"),
                "use_lora": .flag(isUsed),
            ]), now: exchange.now)
    }

    @Sendable private static func scale(_ exchange: Exchange) async throws -> Response {
        let owner = try exchange.requiredOwner()
        let body = try await exchange.jsonObject()
        let value = body["scale"] ?? .null
        guard let scale = value.numberValue, (0...1).contains(scale) else {
            throw wrong("scale", "give a number from 0 to 1", value)
        }
        let name = body["adapter_name"]?.plainText
        try await exchange.state.adapters.setScale(scale, of: name?.isEmpty == false ? name : nil, for: owner)
        return try Reply.wrapped(
            JSONValue([
                "message": .text("✅ The strength is \(scale.plainText)"), "scale": .number(scale),
                "adapter_name": body["adapter_name"] ?? .null,
            ]), now: exchange.now)
    }

    @Sendable private static func status(_ exchange: Exchange) async throws -> Response {
        let state = await exchange.state.adapters.state(of: try exchange.requiredOwner())
        let scales = Dictionary(state.adapters.map { ($0.name, JSONValue.number($0.scale)) }) { _, last in last }
        return try Reply.wrapped(
            JSONValue([
                "lora_loaded": .flag(!state.adapters.isEmpty),
                "use_lora": .flag(state.isUsed && !state.adapters.isEmpty),
                "lora_scale": .number(state.active?.scale ?? 1),
                "adapter_type": state.active.map { JSONValue.text($0.kind.lowercased()) } ?? .null,
                "scales": .object(scales), "active_adapter": state.active.map { JSONValue.text($0.name) } ?? .null,
                "adapters": .list(state.adapters.map { .text($0.name) }), "synthetic_default_mode": false,
                "available": .list(exchange.service.adapters.names.map { .text($0) }),
            ]), now: exchange.now)
    }
}
