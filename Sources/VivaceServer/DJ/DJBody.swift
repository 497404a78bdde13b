import DJ
import Foundation
import MusicCore
import MusicJobs

/// The bodies of the DJ's routes.
struct DJBody {
    /// Longest body, in bytes.
    static let limit = 1 << 20
    /// Messages of a conversation that are passed on, and characters of each.
    private static let messageLimit = (count: 200, length: 40_000)

    private let body: StrictBody
    /// Who answers; `nil` for the usual one.
    let provider: ProviderKind?
    private(set) var plan: SetPlan?
    /// What of the plan is passed over.
    private(set) var notices: [String] = []
    private(set) var defaults = SetDefaults()
    private(set) var turn = DJTurn([])
    private(set) var isOrdered = false
    private(set) var mood: MoodCurve?
    /// Places whose tracks stay.
    private(set) var locked: Set<Int> = []
    private(set) var lowest: Int?
    private(set) var highest: Int?

    private static let common: Set<String> = ["plan", "tracks", "duration", "instrumental"]

    /// A message, with the conversation before it.
    ///
    /// - Throws: ``ServerFailure`` 422.
    init(chat fields: [String: JSONValue]) throws {
        body = try StrictBody(
            fields, names: Self.common.union(["provider", "model", "messages", "has_reference", "made"]))
        provider = try body.text("provider").map { name in
            guard let kind = ProviderKind(rawValue: name) else {
                let names = ProviderKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw StrictBody.wrong("provider", "give one of \(names)", .text(name))
            }
            return kind
        }
        try readCommon()
        if try body.flag("has_reference") == true { defaults.reference = SetTrack.uploaded }
        turn = DJTurn(
            try messages(), defaults: defaults, plan: plan, made: try texts("made", 100),
            model: try body.text("model").flatMap { $0.isEmpty ? nil : String($0.prefix(200)) })
    }

    /// A plan to be checked.
    ///
    /// - Throws: ``ServerFailure`` 422.
    init(plan fields: [String: JSONValue]) throws {
        provider = nil
        body = try StrictBody(
            fields,
            names: Self.common.union([
                "text", "order", "mood", "bpm_min", "bpm_max", "reference", "influence", "batch", "audio_format",
                "locked", "folder",
            ]))
        try readCommon()
        if plan == nil, let text = try body.text("text") {
            let read = PlanReader(text)
            (plan, notices) = (read.plan, notices + read.notices)
        }
        guard plan != nil else {
            throw StrictBody.wrong("plan", "give a plan with tracks, or a text with one in it", fields["plan"] ?? .null)
        }
        defaults.batch = try body.integer("batch", 1...8) ?? 1
        defaults.format = try body.text("audio_format") ?? defaults.format
        lowest = try body.integer("bpm_min", 30...300)
        highest = try body.integer("bpm_max", 30...300)
        if let lowest, let highest, lowest > highest {
            throw StrictBody.wrong("bpm_max", "give at least bpm_min", JSONValue(highest))
        }
        if let name = try body.text("mood") {
            guard let curve = MoodCurve(rawValue: name) else {
                let names = MoodCurve.allCases.map(\.rawValue).joined(separator: ", ")
                throw StrictBody.wrong("mood", "give one of \(names)", .text(name))
            }
            mood = curve
        }
        switch try body.text("order") {
        case nil, "none": break
        case "harmonic": isOrdered = true
        case let other?: throw StrictBody.wrong("order", "give none or harmonic", .text(other))
        }
        if case .list(let places)? = body.fields["locked"] {
            locked = Set(places.compactMap { $0.numberValue.flatMap { Int(exactly: $0) } })
        }
        if let handle = try body.text("reference") {
            guard Handle.kind(of: handle) != nil else {
                throw StrictBody.wrong("reference", "give the handle of an upload or a song", .text(handle))
            }
            defaults.reference = handle
        }
        if let percent = body.fields["influence"], percent != .null {
            guard let number = percent.numberValue, (0...100).contains(number) else {
                throw StrictBody.wrong("influence", "give 0 to 100 percent", percent)
            }
            defaults.influence = number / 100
        }
    }

    private mutating func readCommon() throws {
        if let value = body.fields["plan"], value != .null {
            guard let read = SetPlan(reading: value, notices: &notices) else {
                throw StrictBody.wrong("plan", "give an object with tracks, a list", value)
            }
            plan = read
        }
        defaults.tracks = try body.integer("tracks", 1...SetPlan.limit) ?? defaults.tracks
        if let value = body.fields["duration"], value != .null {
            guard let seconds = value.numberValue, (10...600).contains(seconds) else {
                throw StrictBody.wrong("duration", "give 10 to 600 seconds", value)
            }
            defaults.duration = seconds
        }
        defaults.isInstrumental = try body.flag("instrumental") ?? false
    }

    private func texts(_ name: String, _ limit: Int) throws -> [String] {
        switch body.fields[name] {
        case nil, .null: return []
        case .list(let items):
            return try items.prefix(limit).map { item in
                guard case .text(let text) = item else { throw StrictBody.wrong(name, "give texts", item) }
                return String(text.prefix(200))
            }
        case let value?: throw StrictBody.wrong(name, "give a list of texts", value)
        }
    }

    private func messages() throws -> [ChatMessage] {
        guard case .list(let items)? = body.fields["messages"], !items.isEmpty else {
            throw StrictBody.wrong("messages", "give a list of messages", body.fields["messages"] ?? .null)
        }
        let messages = try items.suffix(Self.messageLimit.count).map { item in
            guard case .object(let members) = item, case .text(let content)? = members["content"],
                let role = ChatMessage.Role(rawValue: members["role"]?.saying ?? ""), role != .system
            else {
                throw StrictBody.wrong("messages", "give objects with role, user or assistant, and content", item)
            }
            return ChatMessage(role, String(content.prefix(Self.messageLimit.length)))
        }
        guard messages.last?.role == .user else {
            throw StrictBody.wrong("messages", "the last message must be the user's", items.last ?? .null)
        }
        return messages
    }

    /// The body of `POST /v1/jobs` for a track.
    func jobBody(of track: SetTrack, _ settings: [String: JSONValue]) -> [String: JSONValue] {
        var request: [String: JSONValue] = [
            "kind": "generate", "request": .object(track.request(settings, defaults)),
            "audio_format": .text(track.format(settings, defaults)), "parts": true,
        ]
        if !track.title.isEmpty { request["title"] = .text(track.title) }
        if case .text(let folder)? = body.fields["folder"] { request["folder"] = .text(folder) }
        return request
    }
}
