import ArgumentParser
import MusicCore
import MusicEngine

/// `vivace adapter`: looks into adapters, and makes other things of them.
struct AdapterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapter",
        abstract: "Look into adapters (LoRA, DoRA, LoKr, LoHa), merge, convert and extract them.",
        discussion: """
            Songs take adapters by themselves: vivace generate "..." --adapter voice.safetensors:0.8
            """,
        subcommands: [
            AdapterInfoCommand.self, AdapterMergeCommand.self, AdapterConvertCommand.self, AdapterExtractCommand.self,
        ])
}

extension Engine {
    /// What the first family that takes adapters does with them.
    ///
    /// - Throws: ``MusicError`` `unsupported` if none does.
    var adapterTools: any AdapterTools {
        get throws {
            guard let tools = families.lazy.compactMap(\.adapterTools).first else {
                throw MusicError(.unsupported, "no family of models takes adapters")
            }
            return tools
        }
    }

    /// What a model's family does with adapters, and where the model is.
    ///
    /// - Throws: ``MusicError`` `modelNotFound`, `invalidCheckpoint` or `unsupported`.
    func adapterTools(for model: String) async throws -> (tools: any AdapterTools, location: ModelLocation) {
        let found = try await find(model)
        guard let tools = found.family.adapterTools else {
            throw MusicError(.unsupported, "models of the family \(found.family.name) take no adapters")
        }
        return (tools, found.location)
    }
}
