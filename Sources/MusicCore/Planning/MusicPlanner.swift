/// A loaded language model that plans songs.
public protocol MusicPlanner: Sendable {
    var info: ModelInfo { get }
}

/// A family of language models as the composition root registers it.
public struct PlannerFamily: Sendable {
    /// Family name, such as `ace-step-lm`.
    public var name: String

    /// Whether a location holds a model of this family, or a checkpoint that comes with one, judged by its files' names
    /// and configuration alone.
    public var recognizes: @Sendable (ModelLocation) -> Bool

    /// Loads the model at a location.
    public var load: @Sendable (ModelLocation, LoadOptions) async throws -> any MusicPlanner

    public init(
        name: String, recognizes: @escaping @Sendable (ModelLocation) -> Bool,
        load: @escaping @Sendable (ModelLocation, LoadOptions) async throws -> any MusicPlanner
    ) {
        self.name = name
        self.recognizes = recognizes
        self.load = load
    }
}
