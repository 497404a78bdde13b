import MusicCore

/// The model for a user who names none.
public enum DefaultModel {
    /// The first of the models that the families prefer which is complete on this machine, else the built-in one.
    ///
    /// Never downloads.
    public static func name(_ locator: ModelLocator) async throws -> String {
        for model in locator.registry.catalog.preferred(for: .music)
        where (try? await locator.resolve(model.name, offline: true)) != nil {
            return model.name
        }
        return ModelRegistry.builtinName
    }
}
