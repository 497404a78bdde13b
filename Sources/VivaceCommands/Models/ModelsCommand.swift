public import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models`: the models on this machine and on the hubs.
public struct ModelsCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, download, check, quantize and remove models.",
        discussion: """
            A model is named by a short name (turbo), a hub id with an optional revision and folder \
            (ACE-Step/acestep-v15-base@main), or a folder on this machine. Downloads go into the cache that Hugging \
            Face's Python library uses, so that what either brings is there for both.
            """,
        subcommands: [
            ModelsListCommand.self, ModelsPullCommand.self, ModelsPathCommand.self, ModelsVerifyCommand.self,
            ModelsRemoveCommand.self, ModelsQuantizeCommand.self, MakeRandomCommand.self,
        ],
        defaultSubcommand: ModelsListCommand.self)

    public init() {}
}

/// What the subcommands of `vivace models` share.
enum ModelsSupport {
    /// The locator of the running command's environment.
    static func locator() throws -> ModelLocator {
        guard let environment = CommandEnvironment.current else {
            throw MusicError(.internal, "the command runs outside VivaceCommand.run")
        }
        return try environment.locator()
    }

    /// A value as one JSON document.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A site to download from, as an option.
enum SourceOption: String, CaseIterable, ExpressibleByArgument {
    case auto
    case huggingface
    case modelscope

    /// The site; `nil` for automatic.
    var source: HubSourceName? { HubSourceName(rawValue: rawValue) }
}
