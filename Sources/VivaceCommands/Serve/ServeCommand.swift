import ArgumentParser
import DJ
import Foundation
internal import Logging
import MusicCore
import MusicEngine
internal import MusicJobs
internal import VivaceServer

/// `vivace serve`: a server that ACE-Step's clients can use.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve ACE-Step's REST API, chat completions and a job API.",
        discussion: """
            An option wins over its environment variable, that over the file .env, and that over --config. Names of \
            options may have underscores. Without a key the server answers this machine alone.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let environment = try CommandEnvironment.required()
        try EnvironmentFile.load(options.envFile ?? ".env", isRequired: options.envFile != nil)?.apply()
        let plan = try ServePlan(options, SettingSources(path: options.config))
        var logger = Logger(label: "vivace") { _ in LogLines(isJSON: plan.logsJSON) }
        logger.logLevel = plan.logLevel
        for (name, value) in plan.variables { setenv(name, value, 1) }
        for notice in plan.notices { logger.notice("\(notice)") }
        // A drain that is late is better than a song that is lost, but it ends.
        try await withInterruption(within: plan.drain + .seconds(10)) { [logger] in
            try await Self.serve(plan, environment, logger)
        }
    }

    private static func serve(_ plan: ServePlan, _ program: CommandEnvironment, _ logger: Logger) async throws {
        let engine = program.engine
        // The worker reads files of strangers: no key is within its reach.
        let secrets = Set(ProviderSettings.secrets + ["ACESTEP_API_KEY", "VIVACE_WEBHOOK_SECRET"])
        let environment = ProcessInfo.processInfo.environment.filter { !secrets.contains($0.key) }
        let worker = WorkerRunner(
            .init(executable: try executable(), arguments: ["worker"], environment: environment))
        let service = try await JobService.open(
            at: plan.data, runner: worker, limits: plan.limits, adapters: AdapterFolder(plan.adapters),
            check: { try await RequestCheck(engine)($0) })
        let report = try await service.start()
        if !report.isClean {
            logger.notice(
                "the library was put right",
                metadata: [
                    "added": "\(report.added.count)", "removed": "\(report.removed.count)",
                    "moved": "\(report.moved.count)",
                ])
        }
        let server = try MusicServer(
            service, engine: engine, locator: program.locator, settings: plan.server, logger: logger)
        let sweeper = Task { try await sweep(service, logger) }
        defer { sweeper.cancel() }
        let serving = Task {
            let host = plan.server.host.contains(":") ? "[\(plan.server.host)]" : plan.server.host
            try await server.run {
                Terminal.output("http://\(host):\($0)")
            } whenDJReady: {
                Terminal.output("http://\(host):\($0)/dj")
            }
        }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                // Those who ask are told how their jobs end, until they have.
                Task {
                    logger.notice("the server is about to end")
                    await service.drain(within: plan.drain)
                    serving.cancel()
                }
            }
        } catch is CancellationError {
            return
        } catch {
            await service.drain(within: .zero)
            throw error
        }
        await service.drain(within: .zero)
    }

    /// Removes uploads whose time is over, now and then.
    private static func sweep(_ service: JobService, _ logger: Logger) async throws {
        while true {
            try await Task.sleep(for: .seconds(300))
            do {
                try await service.sweep()
            } catch {
                logger.error("old uploads can't be removed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// This program, which is the worker too.
    private static func executable() throws -> URL {
        guard let program = Bundle.main.executableURL else {
            throw MusicError(.internal, "the program's own file can't be found")
        }
        return program
    }
}
