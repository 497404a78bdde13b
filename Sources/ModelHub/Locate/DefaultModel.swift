
/// The model for a user who names none.
public enum DefaultModel {
    /// Official models that make music from text, best guess first.
    private static let preferred = ["turbo", "xl-turbo", "sft", "xl-sft", "base", "xl-base"]

    /// The first preferred model that is complete on this machine, else the built-in one.
    ///
    /// Never downloads.
    public static func name(_ locator: ModelLocator) async throws -> String {
        for name in preferred {
            if (try? await locator.resolve(name, offline: true)) != nil { return name }
        }
        return ModelRegistry.builtinName
    }
}
