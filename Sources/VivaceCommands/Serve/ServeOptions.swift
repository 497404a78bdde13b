import ArgumentParser
import Foundation
import MusicCore

/// The options of `vivace serve`: those of the reference's launchers, with either spelling of dashes.
package struct ServeOptions: ParsableArguments {
    package init() {}

    @Option(
        name: [.customLong("server-name"), .customLong("host")],
        help: ArgumentHelp("Name or address to listen on (default: 127.0.0.1).", valueName: "address"))
    var serverName: String?

    @Option(help: "Port to listen on; 0 takes a free one (default: 7860).")
    var port: String?

    @Option(
        defaultAsFlag: "next",
        help: ArgumentHelp(
            "A second port, whose first page is the DJ; next takes the one behind --port.", valueName: "port"))
    var djPort: String?

    @Option(help: ArgumentHelp("TOML file with settings.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "File with environment variables (default: .env in this folder, if there is one).", valueName: "file"))
    var envFile: String?

    @Option(
        name: [.customLong("data"), .customLong("home")],
        help: ArgumentHelp("Folder for jobs, songs and uploads.", valueName: "folder"))
    var data: String?

    // MARK: Who may use it

    @Option(help: ArgumentHelp("Key that clients have to show.", valueName: "key"))
    var apiKey: String?

    @Option(
        help: ArgumentHelp("File with named keys, as `vivace keys new` writes it.", valueName: "file"))
    var keysFile: String?

    @Option(help: ArgumentHelp("Name that may log in with a password (HTTP Basic).", valueName: "name"))
    var authUsername: String?

    @Option(help: ArgumentHelp("The password.", valueName: "word"))
    var authPassword: String?

    @Flag(help: "Listen beyond this machine without a key.")
    var noAuth = false

    @Option(
        help: ArgumentHelp(
            "Further name under which the server is reached; may be given several times.", valueName: "name"))
    var allowedHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "Web page that may use the server, such as https://studio.example; may be given several times.",
            valueName: "origin"))
    var allowedOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder whose audio files clients on this machine may name by their paths, beside the temporary one; may "
                + "be given several times.", valueName: "folder"))
    var allowedPath: [String] = []

    @Option(
        help: ArgumentHelp(
            "Folder of adapters, which requests may name as they are called there.", valueName: "folder"))
    var loraDir: String?

    // MARK: What it makes songs with

    @Option(
        name: [.customLong("config-path"), .customLong("model")],
        help: ArgumentHelp(
            "Model that makes the songs, also where a request names one that is not installed.", valueName: "model"))
    var configPath: String?

    @Option(
        name: [.customLong("lm-model-path"), .customLong("lm")],
        help: ArgumentHelp("Language model.", valueName: "model"))
    var lmModelPath: String?

    @Option(
        defaultAsFlag: "true",
        help: ArgumentHelp("Load the model at the start, and not with the first job.", valueName: "yes-or-no"))
    var initService: String?

    @Option(
        defaultAsFlag: "true",
        help: ArgumentHelp(
            "Load the language model with the model (true), do without any (false), or go by memory (auto).",
            valueName: "yes-or-no"))
    var initLlm: String?

    @Option(defaultAsFlag: "true", help: ArgumentHelp("Load nothing before the first job.", valueName: "yes-or-no"))
    var noInit: String?

    @Option(help: ArgumentHelp("Where to compute: auto, cpu, cuda or mps.", valueName: "device"))
    var device: String?

    @Option(help: ArgumentHelp("Number format: auto, f32 or bf16.", valueName: "format"))
    var dtype: String?

    @Option(
        name: [.customLong("quantize"), .customLong("quantization")],
        help: ArgumentHelp("Keep large weights in 8 bits: none, q8 or int8_weight_only.", valueName: "how"))
    var quantize: String?

    @Option(help: ArgumentHelp("Threads on a CPU (default: one for each physical core).", valueName: "count"))
    var threads: String?

    @Option(
        defaultAsFlag: "true",
        help: ArgumentHelp("Let go of each network when its stage is over.", valueName: "yes-or-no"))
    var offloadToCpu: String?

    @Option(help: ArgumentHelp("Keep the worker within this memory, such as 16GB.", valueName: "size"))
    var maxMemory: String?

    @Option(
        help: ArgumentHelp("Songs of a request that does not say how many, 1 to 8 (default: 2).", valueName: "count"))
    var batchSize: String?

    @Option(help: ArgumentHelp("Where models come from: auto, huggingface or modelscope.", valueName: "site"))
    var downloadSource: String?

    // MARK: How it works

    @Option(help: ArgumentHelp("Jobs that may wait (default: 200).", valueName: "count"))
    var queueSize: String?

    @Option(
        help: ArgumentHelp(
            "Seconds that a running job has to end when the server is asked to (default: 30); then it goes back to "
                + "those that wait.", valueName: "seconds"))
    var drainSeconds: String?

    @Option(help: ArgumentHelp("What is logged on standard error: text or json (lines).", valueName: "form"))
    var logFormat: String?

    @Option(help: ArgumentHelp("Least level that is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "Host to which news of jobs may be sent (callback_url); may be given several times.", valueName: "host"))
    var webhookHost: [String] = []

    // MARK: Launchers of the reference

    @Flag(help: "Accepted: the API is always there.")
    var enableApi = false

    @Flag(help: "Log everything.")
    var debug = false

    @Option(help: ArgumentHelp("Accepted: there is one engine.", valueName: "name"))
    var backend: String?

    @Option(defaultAsFlag: "true", help: ArgumentHelp("Accepted: attention has one form.", valueName: "yes-or-no"))
    var useFlashAttention: String?

    @Option(
        defaultAsFlag: "true", help: ArgumentHelp("Likewise --offload-to-cpu.", valueName: "yes-or-no"))
    var offloadDitToCpu: String?

    @Option(help: ArgumentHelp("Accepted: --config-path decides.", valueName: "path"))
    var checkpoint: String?

    @Option(
        defaultAsFlag: "true", help: ArgumentHelp("Accepted: training has its own command.", valueName: "yes-or-no"))
    var serviceMode: String?

    @Option(help: ArgumentHelp("Language of the pages: en, zh or ja.", valueName: "code"))
    var language: String?

    @Flag(help: .hidden)
    var share = false

    /// Options whose names have underscores in launchers of the reference, in the form that they have here.
    package static func normalized(_ arguments: [String]) -> [String] {
        guard arguments.first == "serve" else { return arguments }
        return arguments.map { argument in
            guard argument.hasPrefix("--") else { return argument }
            let name = String(argument.prefix { $0 != "=" })
            return name.replacing("_", with: "-") + String(argument.dropFirst(name.count))
        }
    }
}
