import Foundation

/// What a language model writes for a song.
public struct SongWords: Sendable, Equatable {
    public var caption: String
    public var lyrics: String

    public init(caption: String, lyrics: String) {
        self.caption = caption
        self.lyrics = lyrics
    }
}

/// The DJ without any service: reads what people usually say of a set, and plans it by rules. A language model that
/// plans songs, where one is there, writes captions and lyrics.
///
/// The same words give the same plan.
public struct LocalPlanner: Sendable {
    /// What a language model makes of a few words; `nil` if it can't.
    public typealias Describe =
        @Sendable (_ query: String, _ instrumental: Bool, _ language: String?) async throws -> SongWords?

    /// What is said, and planned.
    struct Answer: Sendable {
        var text: String
        var plan: SetPlan?
        var notices: [String] = []
    }

    let turn: DJTurn
    let describe: Describe?

    init(_ turn: DJTurn, describe: Describe?) {
        self.turn = turn
        self.describe = describe
    }

    func answer() async throws -> Answer {
        let said = turn.messages.last { $0.role == .user }?.content ?? ""
        let wish = SetWish(said)
        if let plan = turn.plan, let changed = PlanChange(said, wish).applied(to: plan) {
            return Answer(text: changed.text, plan: changed.plan)
        }
        guard wish.isMusic || wish.tracks != nil || turn.plan != nil && !turn.made.isEmpty else {
            return Answer(
                text: "Tell me what the set should feel like: a genre or a mood, how many tracks, how long each, and a "
                    + "tempo if you care. For example: three chill lo-fi tracks, 20 seconds each, around 80 BPM.")
        }
        var writer = SetWriter(wish, turn.defaults, seed: said)
        var plan = writer.plan(after: turn.plan, made: turn.made)
        var notices: [String] = []
        if let describe {
            try await write(&plan, wish, describe, &notices)
        } else if !turn.defaults.isInstrumental, wish.isInstrumental == false {
            notices.append("no language model is there to write lyrics: add them to the tracks, or set a provider")
        }
        let count = plan.tracks.count
        let length = Int(plan.tracks.first?.duration ?? turn.defaults.duration)
        return Answer(
            text: "Here is a set of \(count) \(count == 1 ? "track" : "tracks"), \(length) seconds each: "
                + plan.tracks.map(\.title).joined(separator: ", ")
                + ". Change what you like, or tell me (\"faster\", \"make track 2 longer\", \"add a techno track\").",
            plan: plan, notices: notices)
    }

    /// Has the language model write what the tracks are made from.
    private func write(
        _ plan: inout SetPlan, _ wish: SetWish, _ describe: Describe, _ notices: inout [String]
    ) async throws {
        for index in plan.tracks.indices {
            let track = plan.tracks[index]
            let isInstrumental = turn.defaults.isInstrumental || wish.isInstrumental != false
            guard let found = try await describe(track.caption, isInstrumental, wish.language) else {
                notices.append("the language model gave no description for \(track.title); the rules' words stand")
                continue
            }
            if !found.caption.isEmpty { plan.tracks[index].caption = found.caption }
            if !isInstrumental { plan.tracks[index].lyrics = found.lyrics }
            plan.tracks[index].instrumental = isInstrumental
        }
    }
}
