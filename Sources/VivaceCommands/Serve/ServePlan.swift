import DJ
package import Foundation
package import Logging
import ModelHub
import MusicCore
package import MusicJobs
package import VivaceServer

/// How a server is to be, out of options, environment and configuration.
package struct ServePlan {
    package var server: ServerSettings
    /// Folder for jobs, songs and uploads.
    package var data: URL
    /// Folder of the adapters that jobs may name; `nil` for none.
    package var adapters: URL?
    package var limits = JobLimits()
    package var drain = Duration.seconds(30)
    package var logsJSON = false
    package var logLevel = Logger.Level.info
    /// What the worker, which loads the models, is told by its environment.
    package var variables: [String: String] = [:]
    /// What is said at the start.
    package var notices: [String] = []

    /// Names of the reference's configuration that are about a single song, and not about the server.
    private static let ofSongs: Set<String> = [
        "project_root", "save_dir", "audio_format", "caption", "prompt", "lyrics", "duration", "instrumental", "bpm",
        "keyscale", "timesignature", "vocal_language", "task_type", "instruction", "reference_audio", "src_audio",
        "repainting_start", "repainting_end", "audio_cover_strength", "lego_track", "extract_track", "complete_tracks",
        "sample_mode", "sample_query", "use_format", "inference_steps", "seed", "guidance_scale", "use_adg", "shift",
        "infer_method", "timesteps", "thinking", "lm_temperature", "lm_cfg_scale", "lm_top_k", "lm_top_p",
        "lm_negative_prompt", "use_cot_metas", "use_cot_caption", "use_cot_lyrics", "use_cot_language",
        "use_constrained_decoding", "seeds", "use_random_seed", "allow_lm_batch", "lm_batch_chunk_size",
        "constrained_decoding_debug", "audio_codes", "cfg_interval_start", "cfg_interval_end",
    ]

    /// - Throws: ``MusicError`` that names the setting.
    package init(_ options: ServeOptions, _ sources: SettingSources) throws {
        var sources = sources
        guard !options.share else {
            throw MusicError(
                .unsupported, "A server of this kind opens no tunnel into the internet",
                advice: "put a reverse proxy with TLS before it, and set a key")
        }
        let host = sources.text(options.serverName, ["ACESTEP_API_HOST", "SERVER_NAME"], ["server_name", "host"])
        let port = try sources.integer(options.port, ["ACESTEP_API_PORT", "PORT"], ["port"], 0...65_535)
        server = ServerSettings(host: host ?? "127.0.0.1", port: port ?? 7860)
        let dj = sources.text(options.djPort, ["VIVACE_DJ_PORT"], ["dj_port"])
        if dj == "next" || dj == "true" {
            // A free port has no next one.
            server.djPort = server.port == 0 ? 0 : server.port + 1
        } else {
            server.djPort = try sources.integer(options.djPort, ["VIVACE_DJ_PORT"], ["dj_port"], 0...65_535)
        }
        server.keys = try Self.keys(options, &sources)
        server.isOpenBeyondLoopback = options.noAuth
        server.allowedHosts = Set(
            sources.list(options.allowedHost, ["VIVACE_ALLOWED_HOSTS"], ["allowed_host", "allowed_hosts"])
                .map { $0.lowercased() })
        server.allowedOrigins = Set(
            sources.list(options.allowedOrigin, ["VIVACE_ALLOWED_ORIGINS"], ["allowed_origin", "allowed_origins"])
                .map { $0.lowercased() })
        server.inputFolders =
            [FileManager.default.temporaryDirectory.path]
            + sources.list(options.allowedPath, [], ["allowed_path", "allowed_paths"])
        server.webhooks.hosts = Set(
            sources.list(options.webhookHost, ["VIVACE_WEBHOOK_HOSTS"], ["webhook_host", "webhook_hosts"])
                .map { $0.lowercased() })
        server.webhooks.secret = sources.text(nil, ["VIVACE_WEBHOOK_SECRET"], ["webhook_secret"])
        server.model = sources.text(options.configPath, ["ACESTEP_CONFIG_PATH"], ["config_path", "model"])
        server.languageModel = sources.text(
            options.lmModelPath, ["ACESTEP_LM_MODEL_PATH"], ["lm_model_path", "lm"])
        let data = sources.text(options.data, ["VIVACE_HOME"], ["data", "home"])
        self.data = Self.dataFolder(data)
        adapters = try sources.text(options.loraDir, ["VIVACE_LORA_DIR"], ["lora_dir"]).map(Self.folder)
        server.studio = Installation.studio()
        server.dj = ProviderSettings(environment: sources.variables)
        try readModels(options, &sources)
        try readWork(options, &sources)
        notices += sources.unused(knownElsewhere: Self.ofSongs)
            .map { "the configuration's \($0) means nothing to the server" }
        try server.validate()
    }

    private static func keys(_ options: ServeOptions, _ sources: inout SettingSources) throws -> AccessKeys {
        var keys = AccessKeys(single: sources.text(options.apiKey, ["ACESTEP_API_KEY"], ["api_key"]))
        if let path = sources.text(options.keysFile, ["VIVACE_KEYS_FILE"], ["keys_file"]) {
            for key in try KeysFile(path).keys { try keys.add(digest: key.sha256, try key.holder()) }
        }
        let name = sources.text(options.authUsername, [], ["auth_username"])
        let password = sources.text(options.authPassword, ["VIVACE_AUTH_PASSWORD"], ["auth_password"])
        switch (name, password) {
        case (let name?, let password?): keys.add("\(name):\(password)", .init(name))
        case (nil, nil): break
        default:
            throw MusicError(
                .invalidRequest, "A login takes a name and a password, and one of them is missing",
                advice: "give both", field: name == nil ? "auth_username" : "auth_password")
        }
        return keys
    }

    private mutating func readModels(_ options: ServeOptions, _ sources: inout SettingSources) throws {
        let loads = try sources.flag(options.initService, [], ["init_service"]) ?? false
        let waits = try sources.flag(options.noInit, ["ACESTEP_NO_INIT"], ["no_init"]) ?? false
        server.loadsAtStart = loads && !waits
        server.usesLanguageModel = try sources.flag(options.initLlm, ["ACESTEP_INIT_LLM"], ["init_llm"])
        var load = LoadOptions()
        if let name = sources.text(options.device, ["ACESTEP_DEVICE"], ["device"]) {
            guard let device = LoadOptions.Device(named: name) else {
                throw Self.wrong("device", name, "auto, cpu, cuda or mps")
            }
            load.device = device
        }
        if let name = sources.text(options.dtype, ["ACESTEP_DTYPE"], ["dtype"]) {
            guard let precision = LoadOptions.Precision(named: name) else {
                throw Self.wrong("dtype", name, "auto, f32 or bf16")
            }
            load.precision = precision
        }
        if let name = sources.text(options.quantize, [], ["quantization", "quantize"]) {
            switch name.lowercased() {
            case "none": break
            case "q8", "int8_weight_only": load.quantization = .q8
            default: throw Self.wrong("quantization", name, "none, q8 or int8_weight_only")
            }
        }
        load.threads = try sources.integer(options.threads, [], ["threads"], 1...1024)
        let offloads = try sources.flag(options.offloadToCpu, [], ["offload_to_cpu"])
        let offloadsGenerator = try sources.flag(options.offloadDitToCpu, [], ["offload_dit_to_cpu"])
        load.lowMemory = offloads ?? offloadsGenerator ?? false
        load.maxMemory = try sources.text(options.maxMemory, [], ["max_memory"])
            .map { try ByteCount.bytes(of: $0, field: "max_memory") }
        server.loadOptions = load
        let batch = try sources.integer(options.batchSize, ["ACESTEP_BATCH_SIZE"], ["batch_size"], 1...8)
        if let batch { server.usualBatch = batch }
        let sites = ["auto", "huggingface", "modelscope"]
        let site = try sources.choice(
            options.downloadSource, ["ACESTEP_DOWNLOAD_SOURCE"], ["download_source"], sites)
        // The worker downloads, and reads it there.
        variables["ACESTEP_DOWNLOAD_SOURCE"] = site
        if let folder = sources.text(nil, ["ACESTEP_CHECKPOINTS_DIR"], ["checkpoint_dir", "checkpoints_dir"]) {
            variables["ACESTEP_CHECKPOINTS_DIR"] = folder
        }
        for (name, value) in [
            ("backend", sources.text(options.backend, ["ACESTEP_LM_BACKEND"], ["backend"])),
            ("use_flash_attention", sources.text(options.useFlashAttention, [], ["use_flash_attention"])),
            ("checkpoint", sources.text(options.checkpoint, [], ["checkpoint"])),
            ("service_mode", sources.text(options.serviceMode, [], ["service_mode"])),
        ] {
            guard let value else { continue }
            notices.append("\(name) is \(value): accepted, and nothing depends on it here")
        }
    }

    private mutating func readWork(_ options: ServeOptions, _ sources: inout SettingSources) throws {
        if let waiting = try sources.integer(
            options.queueSize, ["ACESTEP_QUEUE_MAXSIZE"], ["queue_size", "queue_maxsize"], 1...100_000)
        {
            limits.waiting = waiting
        }
        if let seconds = try sources.integer(options.drainSeconds, [], ["drain_seconds"], 0...86_400) {
            drain = .seconds(seconds)
        }
        logsJSON =
            try sources.choice(options.logFormat, ["VIVACE_LOG_FORMAT"], ["log_format"], ["text", "json"]) == "json"
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        let level = try sources.choice(options.logLevel, ["VIVACE_LOG_LEVEL"], ["log_level"], levels)
        logLevel = options.debug ? .debug : level.flatMap { Logger.Level(rawValue: $0) } ?? .info
        server.language = try sources.choice(options.language, [], ["language"], ["en", "zh", "ja"]) ?? "en"
    }

    /// A folder that must be there.
    private static func folder(_ path: String) throws -> URL {
        let url = URL(fileURLWithPath: path, isDirectory: true)
        guard FolderView(url).exists else {
            throw MusicError(
                .invalidRequest, "The folder of adapters \(path) can't be found", advice: "give a folder that exists",
                field: "lora_dir", value: path, expected: "a folder")
        }
        return url
    }

    private static func wrong(_ name: String, _ value: String, _ expected: String) -> MusicError {
        MusicError(
            .invalidRequest, "The setting \(name) is \(value)", advice: "use \(expected)", field: name, value: value,
            expected: expected)
    }

    /// Where a server keeps its data: what is said, else `VIVACE_HOME`, else with the data of the user's programs.
    static func dataFolder(_ said: String?) -> URL {
        let variable = ProcessInfo.processInfo.environment["VIVACE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (said ?? variable).map { URL(fileURLWithPath: $0, isDirectory: true) } ?? usualFolder
    }

    private static var usualFolder: URL {
        let home = FileManager.default.homeDirectoryForCurrentUser
        #if canImport(Darwin)
            let base = home.appendingPathComponent("Library/Application Support")
        #else
            let own = ProcessInfo.processInfo.environment["XDG_DATA_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            let base = own.map { URL(fileURLWithPath: $0) } ?? home.appendingPathComponent(".local/share")
        #endif
        return base.appendingPathComponent("vivace", isDirectory: true)
    }
}
