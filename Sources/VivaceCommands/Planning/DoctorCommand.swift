import ArgumentParser
import Foundation
import ModelHub
import MusicCore
import MusicEngine

/// `vivace doctor`: what this machine can do, and what is missing.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Show what this machine suits, and what is installed.",
        discussion: """
            The memory decides which language model is used by default, how long songs are to be, and how many are \
            made at once. --memory-tier, or the environment variable \(MemoryTier.variable), says otherwise.
            """)

    @OptionGroup var planner: TierOptions

    @Option(help: ArgumentHelp("Ask a running server too, such as http://127.0.0.1:7860.", valueName: "address"))
    var server: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    private struct Report: Encodable {
        var version: String
        var system: String
        var processor: String
        var instructions: String
        var threads: Int
        var gpu: Bool
        var memoryBytes: Int
        var tier: MemoryTier
        var installedLanguageModels: [String]
        var languageModel: String?
        var defaultModel: String
        var cache: String
        var freeBytes: Int?
        var player: String?
        var serverData: String
        var server: ServerCheck.Report?
        var advice: [String]

        enum CodingKeys: String, CodingKey {
            case version, system, processor, instructions, threads, gpu
            case memoryBytes = "memory_bytes"
            case tier
            case installedLanguageModels = "installed_lms"
            case languageModel = "lm"
            case defaultModel = "default_model"
            case cache
            case freeBytes = "free_bytes"
            case player
            case serverData = "server_data"
            case server, advice
        }
    }

    func run() async throws {
        let environment = try CommandEnvironment.required()
        let engine = environment.engine
        let machine = environment.machine
        let model = try await engine.defaultName()
        let family = try await engine.find(model).family
        let tier = try engine.tier(of: family, named: planner.tierName)
        var installed: [String] = []
        for planner in engine.catalog.preferred(for: .planning) where try await engine.isInstalled(planner.name) {
            installed.append(planner.name)
        }
        let suited = engine.catalog.preferred(for: .planning, memory: tier.bytes).map(\.name)
        let cache = try environment.locator().configuration.cacheDirectory
        let free =
            try? FileManager.default.attributesOfFileSystem(
                forPath: Self.existing(cache).path)[.systemFreeSize] as? Int
        var advice: [String] = []
        if model == engine.builtinName, let first = engine.catalog.recommended(for: .music) {
            advice.append("no real model is installed: vivace models pull \(first.name)")
        }
        if let wanted = suited.first, installed.isEmpty {
            advice.append(
                "no language model is installed, so songs are made without a plan: vivace models pull \(wanted)")
        }
        if tier.plannerSize == nil {
            advice.append("the memory suits no language model by default; --low-memory and --quantize q8 need less")
        }
        let data = ServePlan.dataFolder(nil)
        if let obstacle = ServerCheck.obstacle(in: data) { advice.append(obstacle) }
        let report = Report(
            version: Release.version, system: ProcessInfo.processInfo.operatingSystemVersionString,
            processor: BenchReport.Machine.processorName, instructions: machine.instructionSet,
            threads: machine.threads, gpu: machine.hasGPU, memoryBytes: machine.memory, tier: tier,
            installedLanguageModels: installed, languageModel: suited.first(where: installed.contains),
            defaultModel: model, cache: cache.path, freeBytes: free,
            player: (try? Player.find())?.program.lastPathComponent, serverData: data.path,
            server: try await asked(server), advice: advice)
        guard !json else {
            Terminal.output(try Terminal.json(of: report))
            return
        }
        Self.lines(report).forEach(Terminal.output)
    }

    private func asked(_ address: String?) async throws -> ServerCheck.Report? {
        guard let address else { return nil }
        return try await ServerCheck.ask(address)
    }

    private static func lines(_ report: Report) -> [String] {
        func gigabytes(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
        let tier = report.tier
        return [
            "Vivace \(report.version) on \(report.system)",
            "processor: \(report.processor), \(report.instructions), \(report.threads) threads",
            "GPU: \(report.gpu ? "yes" : "none that libmlx drives")",
            "memory: \(gigabytes(report.memoryBytes)), tier \(tier.gigabytes) GB: language model "
                + "\(tier.plannerSize ?? "none"), songs up to \(Int(tier.duration)) s, \(tier.batchSize) at a time",
            "model: \(report.defaultModel)",
            "language model: \(report.languageModel ?? "none")"
                + (report.installedLanguageModels.isEmpty
                    ? "" : " (installed: \(report.installedLanguageModels.joined(separator: ", ")))"),
            "models are kept in \(report.cache)" + (report.freeBytes.map { ", \(gigabytes($0)) free" } ?? ""),
            "player: \(report.player ?? "none")",
            "a server keeps its data in \(report.serverData)",
        ] + (report.server.map { [$0.line] } ?? []) + report.advice.map { "advice: \($0)" }
    }

    /// The folder itself, or the nearest one above it that exists.
    private static func existing(_ folder: URL) -> URL {
        var folder = folder
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        return folder
    }
}
