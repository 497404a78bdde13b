import MusicCore

/// The model for a user who names none.
public enum DefaultModel {
    /// The first of the models that the families prefer which is complete on this machine, else the built-in one.
    ///
    /// Never downloads.
    ///
    /// - Throws: ``MusicError`` where a model is there and can't be read: another one in its place would surprise.
    public static func name(_ locator: ModelLocator) async throws -> String {
        for model in locator.registry.catalog.preferred(for: .music) where try await locator.isInstalled(model.name) {
            return model.name
        }
        return ModelRegistry.builtinName
    }
}

extension ModelLocator {
    /// Whether a model of that name is complete on this machine; never downloads.
    ///
    /// In a cache that lies in somebody else's home, which nobody lets this user look into, nothing is installed for
    /// this user.
    ///
    /// - Throws: ``MusicError`` where that can't be told.
    public func isInstalled(_ name: String) async throws -> Bool {
        do {
            _ = try await resolve(name, offline: true)
            return true
        } catch let error as MusicError
            where error.tellsOfAbsence || (error.code == .unreadableInput && cache.isHidden)
        {
            return false
        }
    }
}
