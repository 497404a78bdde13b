import ACEStep
public import MusicCore

extension GenerationParams {
    /// The parameters and a configuration as one document, from which any request is read.
    public func document(_ config: GenerationConfig = GenerationConfig()) -> RequestDocument {
        RequestDocument(["params": .object(object), "config": .object(config.object)])
    }

    /// The request that parameters and configuration make, and how it is planned.
    ///
    /// - Parameter seeds: draws the seeds that are below 0 among others that are not.
    /// - Throws: ``MusicCore/MusicError`` with code `invalidRequest` or `unsupported`.
    public func content(
        _ config: GenerationConfig = GenerationConfig(), seeds: SeedSource = .system
    ) throws -> RequestDocument.Content {
        try document(config).content(for: ACEStepFamily(), seeds: seeds)
    }

    /// The parameters of a finished song, so that a run with them makes the same song.
    ///
    /// - Parameters:
    ///   - request: of one song, resolved.
    ///   - plan: what a language model planned.
    /// - Throws: ``MusicCore/MusicError`` with code `invalidRequest`.
    public init(_ request: MusicRequest, plan: Plan? = nil) throws {
        self.init()
        _ = try Self.table.read(ACEStepFamily().parameters(of: request, plan: plan), into: &self)
    }
}
