import Foundation
import MusicCore
import MusicManager

/// Which language model plans, if any.
struct PlannerChoice: Sendable {
    var wish: PlannerWish
    /// As the user named it.
    var name: String?
    var options: PlanningOptions
    var tier: MemoryTier
    var loadOptions: LoadOptions
    /// Whether a document asks for a plan, which then has to be said if there is none.
    var isAskedFor = false

    /// The tier of this machine, or the one that the user names.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    static func tier(_ option: String?, memory: Int) throws -> MemoryTier {
        if let option { return try MemoryTier(named: option) }
        if let name = ProcessInfo.processInfo.environment[MemoryTier.variable], !name.isEmpty {
            return try MemoryTier(named: name)
        }
        return MemoryTier.of(bytes: memory)
    }

    /// The language model, loaded, with its name.
    ///
    /// - Parameter model: name of the model that makes the audio.
    /// - Returns: `nil` and why, if there is none and none is required.
    /// - Throws: ``MusicError`` `modelNotFound` if one is required and there is none, and what loading throws.
    func load(
        for model: String, _ environment: CommandEnvironment
    ) async throws -> (planner: (any MusicPlanner)?, name: String, reason: String?) {
        let manager = environment.manager
        if let name { return (try await manager.planner(name, options: loadOptions), name, nil) }
        let beside = try await manager.location(of: model)
        let isDemonstration = await Self.isBuiltin(model, at: beside, environment)
        if wish == .required || !isDemonstration, await manager.holdsPlanner(beside) {
            if wish == .required || tier.plannerSize != nil || isDemonstration {
                return (try await manager.planner(model, options: loadOptions), model, nil)
            }
            return (nil, "", "memory of \(tier.gigabytes) GB suits none; --thinking uses one all the same")
        }
        // The demonstration model's own language model belongs to it, and others' audio codes mean nothing to it.
        let sizes = isDemonstration ? [] : wish == .required ? MemoryTier.plannerSizes.reversed() : tier.suitedPlanners
        let suited = isDemonstration ? [] : tier.suitedPlanners
        for size in suited + sizes.filter({ !suited.contains($0) }) {
            let short = "lm-\(size.lowercased())"
            if await environment.isInstalled(short) {
                return (try await manager.planner(short, options: loadOptions), short, nil)
            }
        }
        guard wish == .required else {
            guard isAskedFor else { return (nil, "", nil) }
            let advice = isDemonstration ? "add --thinking to use the built-in one" : "vivace models pull lm-0.6b"
            return (nil, "", "none is installed; \(advice)")
        }
        throw MusicError(
            .modelNotFound, "no language model is installed",
            advice: "vivace models pull lm-0.6b, or leave --thinking out")
    }

    /// Whether a model is the built-in one, by its name or by its folder.
    private static func isBuiltin(
        _ model: String, at location: ModelLocation, _ environment: CommandEnvironment
    ) async -> Bool {
        if model == environment.builtinName { return true }
        guard let builtin = try? await environment.manager.location(of: environment.builtinName) else { return false }
        return builtin.directory.resolvingSymlinksInPath().path == location.directory.resolvingSymlinksInPath().path
    }

    /// The language model, which is required.
    func require(
        for model: String?, _ environment: CommandEnvironment
    ) async throws -> (planner: any MusicPlanner, name: String) {
        let model = if let model { model } else { try await environment.manager.defaultName() }
        let found = try await load(for: model, environment)
        guard let planner = found.planner else {
            throw MusicError(.internal, "a language model is required and was not loaded")
        }
        return (planner, found.name)
    }
}
