import ArgumentParser
import DJ
import Foundation
import MusicCore
import MusicEngine

/// `vivace dj`: a conversation that plans a set, makes it, and mixes it.
struct DJCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dj", abstract: "Plan a set of songs in a conversation, make it, and mix it.",
        discussion: """
            Example: vivace dj
                     vivace dj "three chill tracks, 20 seconds each" --make --transition beat_match -o evening/
            Without --provider it asks the first service that has a key in the environment or in .env \
            (OPENROUTER_API_KEY, GEMINI_API_KEY, OPENAI_API_KEY), and otherwise plans by rules of its own, offline.
            """)

    @Argument(help: "What to say first.")
    var message: String?

    @Flag(help: "Make the set that is planned, mix it, and end.")
    var make = false

    @Option(help: ArgumentHelp("Who plans: local, openrouter, gemini, ollama or openai.", valueName: "name"))
    var provider: String?

    @Option(help: ArgumentHelp("The provider's model.", valueName: "name"))
    var chatModel: String?

    @Option(help: ArgumentHelp("The model that makes the songs (see: vivace models list).", valueName: "model"))
    var model: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Usual number of tracks, 1 to 20.", valueName: "count"))
    var tracks = 3

    @Option(parsing: .unconditional, help: ArgumentHelp("Usual length of a track, 10 to 600.", valueName: "seconds"))
    var duration = 60.0

    @Flag(help: "Without words, whatever is planned.")
    var instrumental = false

    @Option(help: ArgumentHelp("Audio whose sound is taken up.", valueName: "file"))
    var reference: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much it counts: 20-40 lightly, 50-70 strongly, 80-100 as a cover.", valueName: "percent"))
    var influence: Double?

    @Option(
        help: ArgumentHelp("Order tracks along static, building, wave, peak_valley or wind_down.", valueName: "curve"))
    var mood: String?

    @OptionGroup var transitions: TransitionOptions

    @Option(help: ArgumentHelp("Kind of the files: flac, wav, mp3, opus, ogg.", valueName: "format"))
    var format = "flac"

    @Option(name: .shortAndLong, help: ArgumentHelp("Folder for the songs, which is made.", valueName: "folder"))
    var output = "."

    @Option(help: ArgumentHelp("File with environment variables (default: .env in this folder).", valueName: "file"))
    var envFile: String?

    func run() async throws {
        let engine = try CommandEnvironment.required().engine
        try EnvironmentFile.load(envFile ?? ".env", isRequired: envFile != nil)?.apply()
        var set = DJTable(engine)
        set.defaults.tracks = try Self.within(tracks, 1...SetPlan.limit, "tracks")
        set.defaults.duration = try Self.within(duration, 10...600, "duration")
        set.defaults.isInstrumental = instrumental
        set.defaults.format = format
        _ = try OutputPlan(.automatic, usualFormat: format)
        if let influence { set.defaults.influence = try Self.within(influence, 0...100, "influence") / 100 }
        if let reference { try set.setReference(reference) }
        if let mood { try set.setMood(mood) }
        set.transition = try transitions.chosen()
        set.session.settings.model = model
        set.folder = try PathArgument.url(output, "--output")
        let settings = ProviderSettings(environment: ProcessInfo.processInfo.environment)
        try await set.setProvider(provider ?? settings.first.rawValue, settings)
        set.chatModel = chatModel
        if make {
            guard let message else {
                throw MusicError(
                    .invalidRequest, "--make makes what is said, and nothing is", advice: "say what to make")
            }
            try await set.say(message)
            guard set.plan != nil else {
                throw MusicError(
                    .invalidRequest, "No set was planned", advice: "say how many tracks, and what they are like")
            }
            try await set.make()
            return await set.session.letGo()
        }
        let isTalk = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let lines: any LineReader = isTalk ? EditedLines(history: nil) { DJTalk.candidates($0) } : PlainLines()
        Interruption.keepProcess()
        let talk = DJTalk(set, settings, lines: lines)
        await talk.run(first: message)
        await set.session.letGo()
    }

    private static func within<Number: Comparable>(
        _ number: Number, _ range: ClosedRange<Number>, _ name: String
    ) throws -> Number {
        guard range.contains(number) else {
            throw MusicError(
                .invalidRequest, "--\(name) is \(number)", advice: "use \(range.lowerBound) to \(range.upperBound)",
                field: name, value: "\(number)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
