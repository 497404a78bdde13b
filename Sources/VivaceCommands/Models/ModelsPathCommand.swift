import ArgumentParser
import Foundation
import ModelHub
import MusicCore

/// `vivace models path`: where a model lies.
struct ModelsPathCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path",
        abstract: "Print the folder of a model on this machine.",
        discussion: "Never downloads; if the model is not complete, the error names the missing files.")

    @Argument(help: "A short name, a hub id, or a folder.")
    var name: String

    @Option(help: ArgumentHelp("Print the folder of one part, such as vae.", valueName: "part"))
    var component: ModelRole?

    @Flag(help: "Print one JSON document with the folders of all parts.")
    var json = false

    func run() async throws {
        let model = try await ModelsSupport.locator().resolve(name)
        if json {
            Terminal.output(try ModelsSupport.json(ModelPaths(model)))
        } else if let component {
            guard let url = model.directories[component] else {
                let parts = model.directories.keys.map(\.rawValue).sorted().joined(separator: ", ")
                throw MusicError(
                    .invalidRequest, "'\(name)' has no part \(component)", advice: "its parts: \(parts)")
            }
            Terminal.output(url.path)
        } else {
            Terminal.output(model.directory.path)
        }
    }
}

extension ModelRole: ExpressibleByArgument {
    public init(argument: String) { self.init(rawValue: argument) }
}
