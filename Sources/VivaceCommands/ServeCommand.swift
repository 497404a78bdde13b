import ArgumentParser
import Foundation
import Logging
import MusicCore
import MusicEngine
import MusicJobs
import VivaceServer

/// `vivace serve`: a server that ACE-Step's clients can use.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve ACE-Step's REST API, chat completions and a job API.",
        discussion: """
            Options have both spellings of dashes. An option wins over its environment variable. Without a key the \
            server answers this machine alone.
            """)

    @Option(
        name: [.customLong("server-name"), .customLong("server_name"), .customLong("host")],
        help: ArgumentHelp("Name or address to listen on (default: 127.0.0.1).", valueName: "address"))
    var serverName: String?

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port: Int = 7860

    @Option(
        name: [.customLong("api-key"), .customLong("api_key")],
        help: ArgumentHelp("Key that clients have to show (default: ACESTEP_API_KEY).", valueName: "key"))
    var apiKey: String?

    @Flag(name: [.customLong("no-auth"), .customLong("no_auth")], help: "Listen beyond this machine without a key.")
    var noAuth = false

    @Flag(
        name: [.customLong("enable-api"), .customLong("enable_api")],
        help: "Accepted for launchers of the reference: the API is always there.")
    var enableAPI = false

    @Option(
        name: [.customLong("init-service"), .customLong("init_service")], defaultAsFlag: "true",
        help: ArgumentHelp("Load the model at the start, and not with the first job.", valueName: "yes-or-no"))
    var initService: String?

    @Option(
        name: [.customLong("config-path"), .customLong("config_path"), .long],
        help: ArgumentHelp(
            "Model that makes the songs, also where a request names one that is not installed (default: "
                + "ACESTEP_CONFIG_PATH).", valueName: "model"))
    var model: String?

    @Option(
        name: [.customLong("lm-model-path"), .customLong("lm_model_path"), .customLong("lm")],
        help: ArgumentHelp("Language model (default: ACESTEP_LM_MODEL_PATH).", valueName: "model"))
    var languageModel: String?

    @Option(
        name: [.customLong("allowed-host"), .customLong("allowed_host")],
        help: ArgumentHelp("Further name under which the server is reached; may be given several times.", valueName: "name"))
    var allowedHosts: [String] = []

    @Option(
        name: [.customLong("allowed-origin"), .customLong("allowed_origin")],
        help: ArgumentHelp(
            "Web page that may use the server, such as https://studio.example; may be given several times.",
            valueName: "origin"))
    var allowedOrigins: [String] = []

    @Option(
        name: [.customLong("allowed-path"), .customLong("allowed_path")],
        help: ArgumentHelp(
            "Folder whose audio files clients on this machine may name by their paths, beside the temporary one; may be "
                + "given several times.", valueName: "folder"))
    var allowedPaths: [String] = []

    @Option(help: ArgumentHelp("Folder for jobs, songs and uploads.", valueName: "folder"))
    var data: String?

    @OptionGroup(title: "Computation") var computation: ComputationOptions

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        let settings = try settings()
        try settings.validate()
        let folder = data.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? Self.usualFolder
        let worker = WorkerRunner(.init(executable: try Self.program(), arguments: ["worker"]))
        try await withInterruption {
            let service = try await JobService.open(
                at: folder, runner: worker, check: { try await RequestCheck(engine)($0) })
            try await service.start()
            let server = try MusicServer(
                service, engine: engine, settings: settings, logger: Logger(label: "vivace") { _ in Self.log })
            do {
                try await server.run { port in
                    Terminal.output("http://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(port)")
                }
            } catch {
                await service.drain(within: .seconds(1))
                throw error
            }
            await service.drain(within: .seconds(1))
        }
    }

    private func settings() throws -> ServerSettings {
        let environment = ProcessInfo.processInfo.environment
        func value(_ given: String?, _ name: String) -> String? {
            let value = given ?? environment[name]
            return value?.isEmpty == true ? nil : value
        }
        let host = value(serverName, "ACESTEP_API_HOST") ?? "127.0.0.1"
        var settings = ServerSettings(
            host: host, port: port, keys: AccessKeys(single: value(apiKey, "ACESTEP_API_KEY")))
        settings.isOpenBeyondLoopback = noAuth
        settings.model = value(model, "ACESTEP_CONFIG_PATH")
        settings.languageModel = value(languageModel, "ACESTEP_LM_MODEL_PATH")
        settings.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
        settings.allowedOrigins = Set(allowedOrigins.map { $0.lowercased() })
        settings.inputFolders = [FileManager.default.temporaryDirectory.path] + allowedPaths
        settings.loadOptions = try computation.loadOptions()
        settings.loadsAtStart = ["true", "1", "yes"].contains(initService?.lowercased() ?? "")
        return settings
    }

    /// Warnings and errors go to standard error.
    private static var log: any LogHandler {
        var handler = StreamLogHandler.standardError(label: "vivace")
        handler.logLevel = .warning
        return handler
    }

    /// This program, which is the worker too.
    private static func program() throws -> URL {
        guard let program = Bundle.main.executableURL else {
            throw MusicError(.internal, "the program's own file can't be found")
        }
        return program
    }

    private static var usualFolder: URL {
        let environment = ProcessInfo.processInfo.environment
        if let home = environment["VIVACE_HOME"], !home.isEmpty { return URL(fileURLWithPath: home, isDirectory: true) }
        #if os(macOS)
            let base = FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent("Library/Application Support")
        #else
            let own = environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
            let base = own ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/share")
        #endif
        return base.appendingPathComponent("vivace/server", isDirectory: true)
    }
}
