import Foundation
import ModelHub
import Testing

/// Several processes, and processes that die.
@Suite(.timeLimit(.minutes(10))) struct ProcessTests {
    private let workspace: Workspace
    private let hub: FakeHub
    private let weights = FakeFile.large(2_000_000, seed: 41)

    init() throws {
        workspace = try Workspace()
        var files = Checkpoints.unified()
        files["acestep-v15-turbo/model.safetensors"] = weights
        hub = try FakeHub([Checkpoints.unifiedID: .init(commit: commitA, files: files)])
    }

    /// The helper program, which lies beside the test program.
    private func probe(_ arguments: [String], _ extra: [String: String] = [:]) throws -> (Process, Pipe, Pipe) {
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let process = Process()
        process.executableURL = [folder, Bundle.main.bundleURL.deletingLastPathComponent(), Bundle.main.bundleURL]
            .map { $0.appending(path: "ModelHubProbe") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        process.arguments = arguments
        process.environment = [
            "HOME": workspace.root.path, "HF_HUB_CACHE": workspace.cache.path, "HF_ENDPOINT": hub.address,
            "MODELSCOPE_ENDPOINT": "http://127.0.0.1:1", "PATH": "/usr/bin:/bin",
            "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
        ].merging(extra) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    private func text(_ pipe: Pipe) -> String {
        String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test func processesShareADownload() async throws {
        // No file is sent before all three processes have asked what there is.
        let gate = Gate(opensAt: 3)
        hub.meddle { request, _ in
            if request.path.contains("/revision/") { gate.arrive() }
            if request.path.contains("/resolve/") { gate.wait() }
            return nil
        }
        let processes = try (0..<3).map { _ in try probe(["turbo"]) }
        for (process, output, errors) in processes {
            let (output, errors) = (text(output), text(errors))
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(errors)")
            #expect(output.contains("acestep-v15-turbo"))
        }
        let downloads = hub.server.requests.filter { $0.path.contains("/resolve/") }.map(\.path)
        #expect(downloads.count == 9)
        #expect(Set(downloads).count == 9)
        let locator = workspace.locator(try workspace.configuration())
        #expect(try await locator.verify("turbo").isIntact)
    }

    @Test func killedProcessLeavesWhatItHad() async throws {
        hub.meddle { request, response in
            guard request.path.hasSuffix("turbo/model.safetensors") else { return nil }
            var response = response
            // Whoever asks for the rest waits, so that the file stays as it is however late it is looked at.
            response.stallAfter = request.rangeStart == nil ? 700_000 : 0
            return response
        }
        let (process, _, _) = try probe(["turbo"])
        let partial = workspace.cache.appending(
            path: "models--ACE-Step--Ace-Step1.5/blobs/\(weights.sha256).incomplete")
        func size() -> Int {
            ((try? FileManager.default.attributesOfItem(atPath: partial.path))?[.size] as? Int) ?? 0
        }
        try await until { size() >= 700_000 }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(size() == 700_000)

        hub.meddle(nil)
        let locator = workspace.locator(try workspace.configuration(hub: hub.address))
        let log = EventLog()
        let model = try await locator.pull(["turbo"]) { log.record($0) }[0]
        #expect(try Array(Data(contentsOf: model.directory.appending(path: "model.safetensors"))) == weights.bytes)
        let starts = hub.downloads("acestep-v15-turbo/model.safetensors").map { $0.rangeStart ?? 0 }
        #expect(starts.first == 0 && starts.last == 700_000, "\(log.notices)")
    }

    @Test func brokenProxyIsNamed() throws {
        let (process, _, errors) = try probe(
            ["turbo"], ["HF_ENDPOINT": "http://hub.invalid", "http_proxy": "http://127.0.0.1:1"])
        let message = text(errors)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(message.contains("HTTPS_PROXY"))
    }

    @Test func proxyIsUsed() throws {
        let proxy = try TestServer { _ in .status(407) }
        defer { proxy.stop() }
        let (process, _, errors) = try probe(
            ["someone/tuned"], ["HF_ENDPOINT": "http://hub.invalid", "http_proxy": proxy.address])
        let message = text(errors)
        process.waitUntilExit()
        #expect(proxy.requests.map(\.path) == ["http://hub.invalid/api/models/someone/tuned/revision/main"])
        #expect(message.contains("407"))
    }

    @Test func hostsWithoutProxy() throws {
        let (process, output, errors) = try probe(
            ["turbo"], ["http_proxy": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"])
        let message = text(errors)
        #expect(text(output).contains("acestep-v15-turbo"), "\(message)")
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
