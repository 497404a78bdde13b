import ArgumentParser
import Foundation
import Logging
import MusicCore
import MusicJobs
import Testing
import VivaceCommands
import VivaceServer

/// How a server is told what to be: options, environment, `.env`, configuration.
@Suite struct ServeSettingTests {
    private func plan(
        _ arguments: [String] = [], environment: [String: String] = [:], text: String = ""
    ) throws -> ServePlan {
        let options = try ServeOptions.parse(Array(ServeOptions.normalized(["serve"] + arguments).dropFirst()))
        return try ServePlan(options, SettingSources(environment: environment, text: text, path: "vivace.toml"))
    }

    @Test func theDJsPortIsTheNextOneOrAnother() throws {
        #expect(try plan().server.djPort == nil)
        #expect(try plan(["--port", "8000", "--dj-port"]).server.djPort == 8001)
        #expect(try plan(["--dj_port", "9000"]).server.djPort == 9000)
        #expect(try plan(environment: ["VIVACE_DJ_PORT": "7000"]).server.djPort == 7000)
        #expect(throws: MusicError.self) { try plan(["--port", "65535", "--dj-port"]) }
        #expect(throws: MusicError.self) { try plan(["--port", "8000", "--dj-port", "8000"]) }
    }

    @Test func variablesAreReadAsPythonReadsThem() throws {
        let text = """
            # a comment
            PLAIN=some words # behind
            export EXPORTED = yes
            SINGLE='a # ${PLAIN} \\' b'
            DOUBLE="line\\none \\"two\\" ${PLAIN}"
            EMPTY=
            HASH=a#b
            OTHER=${MISSING:-otherwise} ${HOMELY} ${NOTHING}
            LINES="one
            two"
            LAST=1
            """
        let file = try EnvironmentFile(text, environment: ["HOMELY": "at home"], path: ".env")
        let values = Dictionary(uniqueKeysWithValues: file.values.map { ($0.name, $0.value) })
        #expect(
            values == [
                "PLAIN": "some words", "EXPORTED": "yes", "SINGLE": "a # ${PLAIN} ' b",
                "DOUBLE": "line\none \"two\" some words", "EMPTY": "", "HASH": "a#b", "OTHER": "otherwise at home ",
                "LINES": "one\ntwo", "LAST": "1",
            ])
        for (text, line) in [("A=1\nno variable\n", 2), ("A='open", 1), ("A=1\n\n2B=3", 3), ("A=\"x\" y", 1)] {
            let error = #expect(throws: MusicError.self) { try EnvironmentFile(text, environment: [:], path: ".env") }
            #expect(error?.message.contains("Line \(line) of .env") == true, "\(text)")
        }
    }

    @Test func whoComesFirstWins() throws {
        let text = "port = 1\nconfig_path = \"from-file\"\noffload_to_cpu = true\nqueue_size = 7"
        var plan = try plan(text: text)
        #expect(plan.server.port == 1 && plan.server.model == "from-file" && plan.limits.waiting == 7)
        #expect(plan.server.loadOptions.lowMemory)
        let environment = ["ACESTEP_API_PORT": "2", "ACESTEP_CONFIG_PATH": "from-environment", "PORT": "9"]
        plan = try self.plan(environment: environment, text: text)
        #expect(plan.server.port == 2 && plan.server.model == "from-environment")
        plan = try self.plan(["--port", "3", "--offload_to_cpu", "false"], environment: environment, text: text)
        #expect(plan.server.port == 3 && !plan.server.loadOptions.lowMemory)
        #expect(try self.plan().server.port == 7860 && plan.server.host == "127.0.0.1")
    }

    @Test func launchersOfTheReferenceWork() throws {
        let plan = try plan([
            "--server_name", "127.0.0.1", "--port=8001", "--init_service", "true", "--config_path", "acestep-v15-turbo",
            "--lm_model_path", "acestep-5Hz-lm-0.6B", "--device", "mps", "--backend", "mlx", "--init_llm", "False",
            "--use_flash_attention", "false", "--offload_dit_to_cpu", "yes", "--download-source", "modelscope",
            "--enable-api", "--api-key", "k", "--batch_size", "4", "--quantization", "int8_weight_only",
            "--allowed-path", "/srv/a", "--allowed_path", "/srv/b", "--debug", "--language", "zh", "--service_mode",
            "true",
        ])
        #expect(plan.server.port == 8001 && plan.server.loadsAtStart && plan.server.model == "acestep-v15-turbo")
        #expect(plan.server.languageModel == "acestep-5Hz-lm-0.6B" && plan.server.usesLanguageModel == false)
        #expect(plan.server.loadOptions.device == .gpu && plan.server.loadOptions.quantization == .q8)
        #expect(plan.server.loadOptions.lowMemory && plan.server.usualBatch == 4 && plan.server.language == "zh")
        #expect(Array(plan.server.inputFolders.suffix(2)) == ["/srv/a", "/srv/b"] && plan.logLevel == .debug)
        #expect(plan.server.keys.holder(of: "k") != nil)
        #expect(plan.notices.count == 3)
        #expect(try self.plan(["--init-service"]).server.loadsAtStart)
        #expect(try !self.plan(["--init-service", "--no-init"]).server.loadsAtStart)
        #expect(
            try self.plan(environment: ["ACESTEP_NO_INIT": "true"], text: "init_service = true").server.loadsAtStart
                == false)
        #expect(plan.variables == ["ACESTEP_DOWNLOAD_SOURCE": "modelscope"])
    }

    @Test func whatCanNotBeIsSaid() throws {
        for arguments in [
            ["--port", "70000"], ["--port", "x"], ["--device", "tpu"], ["--dtype", "f16"], ["--quantize", "q3"],
            ["--server-name", "0.0.0.0"], ["--batch-size", "9"], ["--offload-to-cpu", "perhaps"], ["--language", "xx"],
            ["--download-source", "disk"], ["--log-format", "xml"], ["--share"], ["--auth-username", "anna"],
            ["--max-memory", "lots"], ["--drain-seconds", "x"], ["--keys-file", "/nowhere/keys.toml"],
        ] {
            #expect(throws: MusicError.self, "\(arguments)") { try plan(arguments) }
        }
        let error = #expect(throws: MusicError.self) { try plan(text: "port = 1\nmodel = ") }
        #expect(error?.message.contains("Line 2 of vivace.toml") == true)
        #expect(
            try plan(text: "wobble = 1\ncaption = \"x\"").notices == [
                "the configuration's wobble means nothing to the server"
            ])
        #expect(try plan(["--server-name", "0.0.0.0", "--no-auth"]).server.isOpenBeyondLoopback)
        #expect(
            try plan(["--server-name", "0.0.0.0"], environment: ["ACESTEP_API_KEY": "k"]).server.keys.isEmpty == false)
    }

    @Test func keysAreReadWithTheirScopes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keys.toml").path
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }
        let digest = AccessKeys.hexDigest(of: "secret")
        try write("[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"\nscopes = [\"read\"]\nwaiting = 3\n")
        let plan = try plan(["--keys-file", file])
        #expect(plan.server.keys.holder(of: "secret") == AccessKeys.Holder("a", scopes: [.read], waiting: 3))
        for text in [
            "[[key]]\nname = \"a\"", "[[key]]\nname = \"\"\nsha256 = \"\(digest)\"",
            "[[key]]\nname = \"a\"\nsha256 = \"x\"",
            "[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"\nscopes = [\"all\"]",
            "[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"\nscopes = []",
            "[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"\nwaiting = 0",
            "[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"\n[[key]]\nname = \"a\"\nsha256 = \"\(digest)\"", "key = [",
        ] {
            try write(text)
            #expect(throws: MusicError.self, "\(text)") { try self.plan(["--keys-file", file]) }
        }
    }

    @Test func logLinesStayLines() throws {
        let metadata: Logger.Metadata = ["path": "/a\nb", "n": "1"]
        #expect(LogLines.line("T", .info, "one\u{1B}[2J", metadata, isJSON: false) == "T info one [2J n=1 path=/a b")
        let json = LogLines.line("T", .error, "one\ntwo", metadata, isJSON: true)
        #expect(json == #"{"level":"error","message":"one\ntwo","n":"1","path":"/a\nb","time":"T"}"#)
    }
}
