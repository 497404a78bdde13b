import DJ
import Foundation
import Mixing
import MusicCore
import MusicEngine

/// A set as it is planned and made on the command line.
struct DJTable {
    let session: MusicSession
    var defaults = SetDefaults()
    var transition = Transition(.crossfade)
    var mood: MoodCurve?
    /// The provider's model; `nil` for its usual one.
    var chatModel: String?
    var folder = URL(fileURLWithPath: ".")
    private(set) var provider = ProviderKind.local
    private var talk: DJSession
    private var messages: [ChatMessage] = []
    var plan: SetPlan?
    /// The songs that are made, by the title of their track.
    private(set) var made: [(title: String, file: URL)] = []

    init(_ engine: Engine) {
        session = MusicSession(engine, MusicSettings())
        session.settings.structuresPrompt = false
        talk = DJSession(local: nil)
    }

    // MARK: Settings

    /// - Throws: ``MusicError`` `invalidRequest`.
    mutating func setProvider(_ name: String, _ settings: ProviderSettings) async throws {
        guard let kind = ProviderKind(rawValue: name.lowercased()) else {
            let names = ProviderKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw MusicError(
                .invalidRequest, "There is no provider \(name.prefix(40))", advice: "use one of \(names)",
                field: "provider", value: name, expected: names)
        }
        talk =
            kind == .local
            ? DJSession(local: try await Self.writer(session)) : DJSession(try RemoteProvider(kind, settings))
        if kind != provider { chatModel = nil }
        provider = kind
    }

    /// A language model that writes captions and lyrics, where one is there that knows more than its own music.
    private static func writer(_ session: MusicSession) async throws -> LocalPlanner.Describe? {
        let (engine, model, options) = (session.engine, session.settings.model, session.loadOptions())
        guard let name = try await installedPlanner(engine) else { return nil }
        return { query, isInstrumental, language in
            let order = DescriptionOrder(
                .query(query, instrumental: isInstrumental, language: language), model: model, languageModel: name,
                loadOptions: options)
            let song = try await engine.describe(order)
            return SongWords(caption: song.metadata.caption ?? "", lyrics: song.lyrics)
        }
    }

    private static func installedPlanner(_ engine: Engine) async throws -> String? {
        for model in engine.catalog.preferred(for: .planning) where try await engine.isInstalled(model.name) {
            return model.name
        }
        return nil
    }

    /// - Throws: ``MusicError`` `unreadableInput`.
    mutating func setReference(_ path: String) throws {
        let file = ReplTable.path(path)
        _ = try AudioSummary(file: URL(fileURLWithPath: file))
        defaults.reference = file
    }

    /// - Throws: ``MusicError`` `invalidRequest`.
    mutating func setMood(_ name: String) throws {
        guard let curve = MoodCurve(rawValue: name.lowercased().replacing("-", with: "_")) else {
            let names = MoodCurve.allCases.map(\.rawValue).joined(separator: ", ")
            throw MusicError(
                .invalidRequest, "There is no mood curve \(name.prefix(40))", advice: "use one of \(names)",
                field: "mood", value: name, expected: names)
        }
        mood = curve
        order()
    }

    /// Puts the tracks that are not made into an order that suits.
    mutating func order() {
        guard let tracks = plan?.tracks else { return }
        plan?.tracks = SetOrder.ordered(tracks, along: mood, keeping: Set(0..<min(made.count, tracks.count)))
    }

    // MARK: Conversation

    /// Says something, and shows the answer.
    ///
    /// - Throws: ``MusicError`` or `CancellationError`.
    mutating func say(_ message: String) async throws {
        let turn = DJTurn(
            messages + [ChatMessage(.user, message)], defaults: defaults, plan: plan, made: made.map(\.title),
            model: chatModel)
        let events = talk.events(turn)
        let isLive = Terminal.isInteractive
        let answer = try await withInterruption { () -> (text: String, plan: SetPlan?, isCut: Bool) in
            var (plan, text, isCut): (SetPlan?, String, Bool) = (nil, "", false)
            for try await event in events {
                switch event {
                case .text(let piece): if isLive { Terminal.rewriteLine(PlainText.shown("… " + piece.suffix(60))) }
                case .notice(let notice): Terminal.note("note: \(notice)")
                case .plan(let found): plan = found
                case .done(let words, let cut): (text, isCut) = (words, cut)
                }
            }
            try Task.checkCancellation()
            return (text, plan, isCut)
        }
        if isLive { Terminal.rewriteLine("") }
        messages += [ChatMessage(.user, message), ChatMessage(.assistant, answer.text)]
        for line in answer.text.split(separator: "\n", omittingEmptySubsequences: false) {
            Terminal.output(PlainText.shown(String(line)))
        }
        if answer.isCut { Terminal.note("note: the plan broke off; ask for it again") }
        guard let found = answer.plan else { return }
        take(found)
        show()
    }

    /// Takes a plan; the tracks that are made stay before it.
    mutating func take(_ found: SetPlan) {
        var found = found
        if let plan, !made.isEmpty {
            let titles = Set(made.map(\.title))
            let kept = plan.tracks.filter { titles.contains($0.title) }
            found.tracks = kept + found.tracks.filter { !titles.contains($0.title) }
        }
        plan = found
        if mood != nil { order() }
    }

    /// Shows the set.
    func show() {
        guard let plan else { return Terminal.output("There is no plan yet: say what you want to hear.") }
        let titles = Set(made.map(\.title))
        for (index, track) in plan.tracks.enumerated() {
            let energy = track.energy.map { value in
                let cells = Int((value * 10).rounded())
                return "  " + String(repeating: "█", count: cells) + String(repeating: "░", count: 10 - cells)
            }
            let facts = [
                track.genre.isEmpty ? nil : track.genre, track.bpm.map { "\(Int($0)) BPM" }, track.key,
                "\(Int(track.duration ?? defaults.duration)) s",
                defaults.isInstrumental || track.isInstrumental ? "instrumental" : "vocals",
            ].compactMap { $0 }.joined(separator: " · ")
            let mark = titles.contains(track.title) ? "✓" : " "
            Terminal.output(PlainText.shown("\(mark)\(index + 1). \(track.title)  \(facts)\(energy ?? "")"))
            Terminal.output(PlainText.shown("     " + track.caption.prefix(150)))
        }
    }

    mutating func clear() {
        messages = []
        plan = nil
        made = []
    }

    // MARK: Making

    /// Makes the tracks that are not made yet, one after another, and mixes them all.
    ///
    /// A track that fails is said, and the set goes on.
    ///
    /// - Throws: ``MusicError`` if nothing could be made, or `CancellationError`.
    mutating func make() async throws {
        guard let plan else {
            throw MusicError(.invalidRequest, "There is no plan yet", advice: "say what you want to hear")
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let titles = Set(made.map(\.title))
        var failure: (any Error)?
        for (index, track) in plan.tracks.enumerated() where !titles.contains(track.title) {
            Terminal.note("track \(index + 1) of \(plan.tracks.count): \(track.title)")
            let format = track.format(plan.settings, defaults)
            let file = folder.appendingPathComponent(Self.name(index, track.title) + "." + format)
            do {
                let (files, _) = try await session.render(track.request(plan.settings, defaults), to: file)
                guard let first = files.first else { continue }
                made.append((track.title, first))
                for file in files { Terminal.output(file.relativePath) }
            } catch let error as MusicError where error.code != .cancelled {
                failure = error
                Terminal.note(
                    "track \(index + 1) failed: " + error.description(in: ReplWording(families: session.families)))
            }
        }
        if made.isEmpty, let failure { throw failure }
        if made.count > 1 { try await mix() }
    }

    /// Mixes what is made.
    ///
    /// - Throws: ``MusicError`` or `CancellationError`.
    func mix() async throws {
        guard made.count > 1 else {
            throw MusicError(.invalidRequest, "A mix takes two songs", advice: "make the set first")
        }
        let order = plan?.tracks.map(\.title) ?? []
        let songs = made.sorted {
            (order.firstIndex(of: $0.title) ?? 0) < (order.firstIndex(of: $1.title) ?? 0)
        }
        let document = MixDocument(
            songs.map(\.file.path), transitions: [transition], titles: songs.map(\.title))
        let target = folder.appendingPathComponent("mix.flac")
        let title = plan.flatMap { $0.narrative.isEmpty ? nil : String($0.narrative.prefix(80)) } ?? "Mix"
        let recipe = try await MixRun(isQuiet: false).make(document, title: title, to: target)
        let cue = target.deletingPathExtension().appendingPathExtension("cue")
        try recipe.cueSheet(file: target.lastPathComponent).write(to: cue, atomically: true, encoding: .utf8)
        Terminal.output(target.relativePath)
        Terminal.output(cue.relativePath)
    }

    /// `01-title`, of letters and numbers.
    private static func name(_ index: Int, _ title: String) -> String {
        let words = title.lowercased().split { !($0.isLetter || $0.isNumber) }.prefix(6).joined(separator: "-")
        return String(format: "%02d", index + 1) + (words.isEmpty ? "" : "-" + words.prefix(60))
    }
}
