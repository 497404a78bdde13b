public import ModelHub
import ModelSupport

extension Engine {
    /// The families that this library brings along.
    public static let standardFamilies: [any MusicFamily] = [ACEStepFamily()]

    /// Finds models by name, with the catalogs of families.
    ///
    /// - Throws: ``MusicError`` for an environment that can't be used.
    public static func locator(of families: [any MusicFamily]) throws -> ModelLocator {
        try ModelLocator(
            catalog: ModelCatalog(families.map(\.catalog)), builtin: { try Installation.builtinModel() })
    }

    /// An engine over the models that are on this machine, in the places where Python programs keep them too.
    ///
    /// - Parameters:
    ///   - families: in order of preference.
    ///   - pool: keeps what is loaded.
    ///   - downloads: whether a model that is not on this machine is downloaded when it is asked for; otherwise that is
    ///     an error.
    public static func standard(
        families: [any MusicFamily] = standardFamilies, pool: ModelPool = ModelPool(), downloads: Bool = false
    ) -> Engine {
        let makeLocator = { @Sendable in try Engine.locator(of: families) }
        return Engine(
            families: families, pool: pool, builtinName: ModelRegistry.builtinName, memory: { Machine.memory },
            locate: { try await makeLocator().resolve($0, offline: !downloads).location },
            defaultModel: { try await DefaultModel.name(makeLocator()) },
            isInstalled: { try await makeLocator().isInstalled($0) })
    }
}
