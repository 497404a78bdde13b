import DJ
import Foundation
import Mixing
import MusicCore
import MusicEngine

/// The conversation of `vivace dj`: lines are said to the DJ, and those that begin with a slash are commands.
final class DJTalk {
    private var table: DJTable
    private let settings: ProviderSettings
    private let lines: any LineReader
    private var isOver = false

    private static let commands: [(name: String, argument: String, help: String)] = [
        ("/make", "", "Make the set, and mix it; Ctrl-C stops, and /make goes on."),
        ("/plan", "", "Show the set."), ("/mix", "", "Mix again what is made."),
        ("/edit", "N FIELD VALUE", "Change a track: title, caption, bpm, key, duration, energy, lyrics, ..."),
        ("/remove", "N", "Take a track out."), ("/move", "N PLACE", "Put a track elsewhere."),
        ("/order", "[CURVE]", "Order by keys and tempi, along static, building, wave, peak_valley or wind_down."),
        ("/transition", "STYLE [LENGTH]", "crossfade or silence with seconds, beat_match with beats."),
        ("/provider", "[NAME]", "Who answers: local, openrouter, gemini, ollama, openai."),
        ("/model", "[NAME]", "The provider's model; /models lists them."), ("/models", "", "List them."),
        ("/tracks", "[NUMBER]", "Usual number of tracks."), ("/duration", "[SECONDS]", "Usual length of a track."),
        ("/instrumental", "[on|off]", "Without words, whatever is planned."),
        ("/reference", "[FILE|clear]", "Audio whose sound is taken up."),
        ("/influence", "[PERCENT]", "20-40 lightly, 50-70 strongly, 80-100 as a cover."),
        ("/clear", "", "Begin anew."), ("/help", "", "Show this."), ("/quit", "", "Leave."),
    ]

    init(_ table: DJTable, _ settings: ProviderSettings, lines: any LineReader) {
        self.table = table
        self.settings = settings
        self.lines = lines
    }

    static func candidates(_ line: String) -> [String] {
        guard line.hasPrefix("/"), !line.contains(" ") else { return [] }
        return commands.map(\.name).filter { $0.hasPrefix(line) }
    }

    /// - Parameter first: what is said first.
    func run(first: String?) async {
        Terminal.output(
            "Vivace DJ, answered by \(table.provider.name): say what the set should be like. /make makes it, /help "
                + "shows the commands.")
        if let first { await take(first) }
        while !isOver {
            switch lines.next("dj> ") {
            case .line(let line): await take(line.trimmingCharacters(in: .whitespaces))
            case .interrupted: if Interruption.isEnding { return }
            case .end: return
            }
        }
    }

    private func take(_ line: String) async {
        guard !line.isEmpty else { return }
        do {
            if line.hasPrefix("/") {
                let word = line.prefix { !$0.isWhitespace }
                try await command(
                    word.lowercased(), line.dropFirst(word.count).trimmingCharacters(in: .whitespaces))
            } else if ["quit", "exit", "q"].contains(line.lowercased()) {
                isOver = true
            } else {
                try await table.say(line)
            }
        } catch is CancellationError {
            Terminal.note("stopped")
        } catch let error as MusicError where error.code == .cancelled {
            Terminal.note("stopped")
        } catch let error as MusicError {
            Terminal.note("ERROR: " + error.description(in: ReplWording(families: table.session.families)))
        } catch {
            Terminal.note("ERROR: \(error.localizedDescription)")
        }
    }

    private func command(_ name: String, _ argument: String) async throws {
        switch name {
        case "/make", "/generate": try await table.make()
        case "/plan": table.show()
        case "/mix": try await table.mix()
        case "/edit": try edit(argument)
        case "/remove":
            let index = try track(argument)
            table.plan?.tracks.remove(at: index)
            table.show()
        case "/move":
            let parts = argument.split(separator: " ").map(String.init)
            guard parts.count == 2 else { throw ReplTable.usage("/move N PLACE") }
            let (from, to) = (try track(parts[0]), try track(parts[1]))
            if let moved = table.plan?.tracks.remove(at: from) { table.plan?.tracks.insert(moved, at: to) }
            table.show()
        case "/order":
            if !argument.isEmpty { try table.setMood(argument) }
            table.order()
            table.show()
        case "/clear":
            table.clear()
            Terminal.output("everything is as at the beginning")
        case "/help":
            for (name, argument, help) in Self.commands {
                let usage = argument.isEmpty ? name : "\(name) \(argument)"
                Terminal.output(
                    "  " + usage.padding(toLength: max(28, usage.count + 1), withPad: " ", startingAt: 0) + help)
            }
        case "/quit", "/exit": isOver = true
        default: try await set(name, argument)
        }
    }

    private func set(_ name: String, _ argument: String) async throws {
        func number(_ range: ClosedRange<Double>) throws -> Double {
            guard let number = Double(argument), range.contains(number) else {
                throw MusicError(
                    .invalidRequest, "\(name) is \(argument.prefix(40))",
                    advice: "give \(range.lowerBound.plainText) to \(range.upperBound.plainText)")
            }
            return number
        }
        switch name {
        case "/transition":
            if !argument.isEmpty {
                let parts = argument.split(separator: " ").map(String.init)
                let length = parts.count > 1 ? Double(parts[1]) : nil
                let isBeats = parts[0].lowercased().hasPrefix("beat")
                table.transition = try Transition(
                    named: parts[0], seconds: isBeats ? nil : length, beats: isBeats ? length.map { Int($0) } : nil)
            }
            ReplTable.say("transition", table.transition.style.rawValue)
        case "/provider":
            if !argument.isEmpty { try await table.setProvider(argument, settings) }
            ReplTable.say("provider", table.provider.rawValue)
        case "/model":
            if !argument.isEmpty { table.chatModel = Repl.clearWords.contains(argument) ? nil : argument }
            ReplTable.say("model", table.chatModel ?? settings.usualModel(of: table.provider))
        case "/models":
            guard table.provider != .local else { return Terminal.output("the local DJ has no models to choose from") }
            let provider = try RemoteProvider(table.provider, settings)
            for model in try await withInterruption({ try await provider.models() }) {
                Terminal.output(PlainText.shown(model))
            }
        case "/tracks":
            if !argument.isEmpty { table.defaults.tracks = Int(try number(1...Double(SetPlan.limit))) }
            ReplTable.say("tracks", String(table.defaults.tracks))
        case "/duration":
            if !argument.isEmpty { table.defaults.duration = try number(10...600) }
            ReplTable.say("duration", table.defaults.duration.plainText + " s")
        case "/instrumental":
            if !argument.isEmpty {
                guard let flag = ReplSettings.flag(argument) else { throw ReplTable.usage("/instrumental on or off") }
                table.defaults.isInstrumental = flag
            }
            ReplTable.say("instrumental", table.defaults.isInstrumental ? "on" : "off")
        case "/reference":
            if Repl.clearWords.contains(argument) {
                table.defaults.reference = nil
            } else if !argument.isEmpty {
                try table.setReference(argument)
            }
            ReplTable.say("reference", table.defaults.reference)
        case "/influence":
            if !argument.isEmpty { table.defaults.influence = try number(0...100) / 100 }
            ReplTable.say("influence", table.defaults.influence.map { "\(Int($0 * 100)) %" }, unset: "auto")
        default:
            let near = NearestName.suggestion(for: name, among: Self.commands.map(\.name))
            throw MusicError(
                .invalidRequest, "There is no command \(name.prefix(40))",
                advice: near.map { "did you mean \($0)?" } ?? "see /help")
        }
    }

    /// The place of a track, from 0, by its number.
    private func track(_ text: String) throws -> Int {
        let count = table.plan?.tracks.count ?? 0
        guard let number = Int(text.trimmingCharacters(in: .whitespaces)), (1...max(1, count)).contains(number),
            count > 0
        else {
            throw MusicError(
                .invalidRequest, "There is no track \(text.prefix(20))",
                advice: count == 0 ? "say what you want to hear first" : "give 1 to \(count)")
        }
        return number - 1
    }

    private func edit(_ argument: String) throws {
        let parts = argument.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, var plan = table.plan else { throw ReplTable.usage("/edit N FIELD VALUE") }
        let index = try track(parts[0])
        guard case .object(var members) = plan.tracks[index].json else { return }
        members[parts[1]] = .text(parts[2].replacing("\\n", with: "\n"))
        var notices: [String] = []
        let changed = SetPlan(reading: .list([.object(members)]), notices: &notices)
        if let notice = notices.first {
            throw MusicError(.invalidRequest, notice.trimmingPrefix("track 1: ").description, advice: "see /plan")
        }
        if let track = changed?.tracks.first { plan.tracks[index] = track }
        table.plan = plan
        table.show()
    }
}
