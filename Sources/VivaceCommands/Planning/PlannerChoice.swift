import Foundation
import ModelHub
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
    /// - Returns: also what is to be said: why there is none, or that it is larger than the memory suits.
    /// - Throws: ``MusicError`` `modelNotFound` if one is required and there is none, and what loading throws if it is.
    func load(
        for model: String, _ environment: CommandEnvironment
    ) async throws -> (planner: (any MusicPlanner)?, name: String, notice: String?) {
        guard let name = try await chosenName(for: model, environment) else { return (nil, "", absence) }
        do {
            let planner = try await environment.manager.planner(name, options: loadOptions)
            return (planner, name, sizeNotice(planner, name))
        } catch let error as MusicError where wish != .required && error.code != .cancelled {
            return (nil, "", "no language model plans: \(error.description(in: CommandLineWording()))")
        }
    }

    /// What the user named, else the one that comes with the model, else the best of those that are installed.
    private func chosenName(for model: String, _ environment: CommandEnvironment) async throws -> String? {
        if let name { return name }
        let manager = environment.manager
        let beside = try await manager.location(of: model)
        let isDemonstration = await Self.isBuiltin(model, at: beside, environment)
        // The demonstration model's own language model belongs to it, and others' audio codes mean nothing to it.
        if isDemonstration {
            if wish == .required, await manager.holdsPlanner(beside) { return model }
        } else {
            if wish == .required || tier.plannerSize != nil, await manager.holdsPlanner(beside) { return model }
            let catalog = try environment.locator().registry.catalog
            let suited = catalog.preferred(for: .planning, memory: tier.bytes)
            // Beyond what suits the memory, the smallest is the best guess.
            let others = catalog.preferred(for: .planning).reversed().filter { !suited.contains($0) }
            for planner in suited + (wish == .required ? others : [])
            where await environment.isInstalled(planner.name) {
                return planner.name
            }
        }
        guard wish == .required else { return nil }
        throw MusicError(
            .modelNotFound, "no language model is installed",
            suggestion: .anyOf(
                [try environment.locator().registry.catalog.recommended(for: .planning)]
                    .compactMap { $0 }.map { .install(models: [$0.name], bytes: $0.bytes) }
                    + [.leaveOut(field: "thinking")]))
    }

    /// What is said where a document asks for a plan and there is no language model.
    private var absence: String? {
        isAskedFor
            ? "no language model plans: none is installed (vivace models pull lm-0.6b); the built-in model's own one "
                + "plans with --thinking" : nil
    }

    /// What is said of a language model that is larger than the memory suits.
    private func sizeNotice(_ planner: any MusicPlanner, _ name: String) -> String? {
        let billions = tier.plannerSize.flatMap { Double($0.dropLast()) } ?? 0
        // The sizes' names leave the embeddings out, or round.
        let largest = max(billions * 1.5e9, 100_000_000)
        guard Double(planner.info.parameterCount) > largest else { return nil }
        return "the language model \(name) is larger than memory of \(tier.gigabytes) GB suits "
            + "(\(tier.plannerSize ?? "none"))"
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
