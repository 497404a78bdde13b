import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicEngine

/// A conversation that makes songs, one after another, with settings that stay.
///
/// Models stay loaded between songs.
final class MusicSession {
    let engine: Engine
    var settings: MusicSettings
    /// The last song's request, and its files.
    private(set) var last: (prompt: String, document: [String: JSONValue], files: [URL], seeds: [UInt64])?
    private var count = 0
    private let now: () -> Date
    /// A model that is kept, so that the next song needn't load it.
    private var lease: ModelLease<any MusicBackend>?

    init(_ engine: Engine, _ settings: MusicSettings, now: @escaping () -> Date = { Date() }) {
        self.engine = engine
        self.settings = settings
        self.now = now
    }

    var families: [any MusicFamily] { engine.families }

    /// The family of the engine that is set.
    func family() throws -> any MusicFamily {
        let name = try EngineName(settings.engine.isEmpty ? "default" : settings.engine, families: families).family
        guard let family = families.first(where: { $0.name == name }) else {
            throw MusicError(.internal, "the family \(name) is not there")
        }
        return family
    }

    func loadOptions() -> LoadOptions {
        LoadOptions(precision: settings.precision, device: settings.device)
    }

    func found() async throws -> Engine.Found {
        do {
            return try await engine.find(settings.model)
        } catch let error as MusicError where error.code == .modelNotFound && settings.downloads {
            guard let model = settings.model else { throw error }
            let command = try ModelsPullCommand.parse([model])
            try await command.run()
            return try await engine.find(model)
        }
    }

    // MARK: Songs

    /// Makes the song of a prompt.
    ///
    /// - Parameters:
    ///   - changes: fields for this song alone.
    ///   - file: where it goes; `nil` for the next name in the folder.
    /// - Returns: its files.
    /// - Throws: ``MusicError`` or `CancellationError`.
    @discardableResult
    func render(_ prompt: String, changes: [String: JSONValue] = [:], to file: URL? = nil) async throws -> [URL] {
        var document = settings.document(prompt)
        document.merge(changes) { _, changed in changed }
        try await enhance(&document, prompt)
        let (files, seeds) = try await render(document, to: file ?? nextFile())
        last = (prompt, document, files, seeds)
        return files
    }

    /// Makes the song of a document.
    ///
    /// - Returns: its files and seeds.
    /// - Throws: ``MusicError`` or `CancellationError`.
    func render(_ document: [String: JSONValue], to target: URL) async throws -> ([URL], seeds: [UInt64]) {
        let found = try await found()
        let content = try RequestDocument(document).content(for: found.family, seeds: engine.seeds)
        let options = loadOptions()
        let tier = try engine.tier(of: found.family, named: nil, within: options.maxMemory)
        var planning = content.planning
        planning.maxDuration = Int(tier.duration)
        let choice = PlannerChoice(
            wish: content.thinking == false ? .never : content.thinking == true ? .required : settings.planner.wish,
            name: content.languageModel, options: planning, tier: tier, isAskedFor: content.thinking == true)
        let order = GenerationOrder(
            model: settings.model, loadOptions: options, request: content.request, planning: choice,
            output: try OutputPlan(.file(target)), notices: content.notices)
        if settings.printsPlan { printPlan(document, choice) }
        let session = GenerationSession(engine, order)
        try await session.check()
        if lease == nil { lease = try await engine.model(found, options: options) }
        let run = GenerationRun(
            engine: engine, order: order, found: found, isQuiet: false, isVerbose: settings.isVerbose)
        let report = try await withInterruption { try await run.report() }
        return (report.files.map { URL(fileURLWithPath: $0) }, report.seeds)
    }

    /// The model that was kept may no longer be wanted.
    func letGo() async {
        await lease?.release()
        lease = nil
    }

    /// Has a language model write caption and lyrics, where that is set.
    private func enhance(_ document: inout [String: JSONValue], _ prompt: String) async throws {
        let lyrics = document["lyrics"]?.plainText ?? ""
        let isQuiet = document["instrumental"] == true
        if settings.enhancesPrompt {
            let result = try await described(
                .draft(caption: document["caption"]?.plainText ?? prompt, lyrics: lyrics, known: SongMetadata()))
            document["caption"] = .text(result.metadata.caption ?? prompt)
            if !isQuiet, !result.lyrics.isEmpty { document["lyrics"] = .text(result.lyrics) }
        } else if settings.writesLyrics, !isQuiet, lyrics.allSatisfy(\.isWhitespace) {
            let language = document["vocal_language"]?.plainText
            let result = try await described(
                .query(document["caption"]?.plainText ?? prompt, instrumental: false, language: language))
            document["lyrics"] = .text(result.lyrics)
        }
    }

    /// What a language model says.
    func described(_ question: DescriptionOrder.Question) async throws -> SongDescription {
        let order = DescriptionOrder(question, model: settings.model, loadOptions: loadOptions())
        let engine = engine
        let result = try await withInterruption { try await engine.describe(order) }
        result.notices.forEach { Terminal.note("note: \($0)") }
        return result
    }

    private func printPlan(_ document: [String: JSONValue], _ choice: PlannerChoice) {
        Terminal.output("plan:")
        let shown = [
            "caption", "lyrics", "instrumental", "bpm", "keyscale", "timesignature", "vocal_language", "duration",
            "lm_negative_prompt",
        ]
        for name in shown {
            guard let value = document[name], value != .null else { continue }
            Terminal.output(PlainText.shown("  \(name): \(value.plainText.replacing("\n", with: " / "))"))
        }
        Terminal.output(
            "  planner: \(choice.wish == .never ? "none" : choice.name ?? "the language model, if there is one")")
    }

    /// `PREFIX-DATE-TIME-NUMBER.FORMAT` in the folder.
    private func nextFile() -> URL {
        count += 1
        let time = now().formatted(
            Date.ISO8601FormatStyle(timeZone: .current).year().month().day().dateSeparator(.omitted)
                .time(includingFractionalSeconds: false).timeSeparator(.omitted).dateTimeSeparator(.space))
        let name = "\(settings.prefix)-\(time.replacing(" ", with: "-").prefix(15))-\(String(format: "%03d", count))"
        let folder = URL(fileURLWithPath: settings.folder, isDirectory: true)
        return folder.appendingPathComponent(name + "." + (settings.format == "wav32" ? "wav" : settings.format))
    }

    // MARK: Listening

    /// Plays a file and waits until it is over.
    func play(_ file: URL) async throws {
        let player = try Player.find()
        var heard = file
        if player.program.lastPathComponent == "aplay", file.pathExtension.lowercased() != "wav" {
            // It takes WAV files alone.
            heard = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-\(UUID().uuidString).wav")
            try AudioFile.write(try AudioFile.read(file), to: heard)
        }
        defer { if heard != file { try? FileManager.default.removeItem(at: heard) } }
        let arguments =
            switch player.program.lastPathComponent {
            case "aplay", "play": ["-q", heard.path]
            case "ffplay": ["-v", "quiet", "-nodisp", "-autoexit", heard.path]
            case "mpv": ["--really-quiet", "--no-video", heard.path]
            default: [heard.path]
            }
        let process = try player.start(arguments, input: nil)
        try await withInterruption {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    DispatchQueue(label: "vivace.player").async {
                        process.waitUntilExit()
                        continuation.resume()
                    }
                }
            } onCancel: {
                process.terminate()
            }
            try Task.checkCancellation()
        }
    }

    /// Opens a file with the program of the system.
    func open(_ file: URL) throws {
        #if canImport(Darwin)
            let program = "/usr/bin/open"
        #else
            let program = "/usr/bin/xdg-open"
        #endif
        guard access(program, X_OK) == 0 else {
            throw MusicError(
                .unsupported, "There is no program that opens files (\(program))",
                advice: "use /play, or leave --open out"
            )
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [file.path]
        try Interruption.whileTakingSignals { try process.run() }
    }
}
