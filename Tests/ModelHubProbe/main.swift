// A process of its own for tests: pulls the models named on the command line with the environment that it is given,
// and prints their folders, or the error.
import ACEStep
import Foundation
import ModelHub
import MusicCore

do {
    let catalog = ModelCatalog([.aceStep])
    var configuration = try HubConfiguration(catalog: catalog)
    configuration.parallelDownloads = 2
    let locator = ModelLocator(configuration: configuration, registry: ModelRegistry(catalog: catalog))
    for model in try await locator.pull(Array(CommandLine.arguments.dropFirst())) {
        FileHandle.standardOutput.write(Data("\(model.directory.path)\n".utf8))
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
