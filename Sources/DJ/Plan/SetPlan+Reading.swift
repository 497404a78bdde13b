import Foundation
public import MusicCore

extension SetPlan {
    /// Fields that hold for all tracks, or for one.
    static let shared: Set<String> = [
        "inference_steps", "guidance_scale", "batch_size", "audio_format", "seed", "lm_temperature", "simple_mode",
        "use_cot_caption", "use_cot_metas",
    ]
    /// Further fields that a track may have.
    static let ofTracks: Set<String> = [
        "task_type", "audio_cover_strength", "repainting_start", "repainting_end", "use_adg", "shift",
        "use_cot_language", "instruction", "track_name", "track_classes", "infer_method",
    ]

    /// A plan as a language model or a page gives it: an object with `tracks`, or a list of tracks.
    ///
    /// Whatever it says, it is data: files are only what the user has given.
    ///
    /// - Parameter notices: takes what is passed over.
    /// - Returns: `nil` if it is no plan.
    public init?(reading value: JSONValue, notices: inout [String]) {
        var members: [String: JSONValue] = [:]
        let items: [JSONValue]
        switch value {
        case .list(let list) where list.contains(where: SetTrack.looksLikeTrack): items = list
        case .object(let object):
            guard case .list(let list)? = object["tracks"] else { return nil }
            (items, members) = (list, object)
        default: return nil
        }
        for name in ["narrative", "overall_narrative", "description"] where narrative.isEmpty {
            if case .text(let text)? = members[name] { narrative = String(text.prefix(2000)) }
        }
        if case .object(let object)? = members["settings"] {
            for (name, value) in object.sorted(by: { $0.key < $1.key }) where value != .null {
                if Self.shared.contains(name) {
                    settings[name] = SetTrack.scalar(value, of: name)
                } else if name != "default_duration" && name != "duration" {
                    notices.append("the setting \(name.prefix(40)) of the plan is not known and is passed over")
                }
            }
        }
        for (index, item) in items.enumerated() {
            guard index < Self.limit else {
                notices.append("the plan has \(items.count) tracks; the first \(Self.limit) are taken")
                break
            }
            guard case .object(let object) = item else {
                notices.append("track \(index + 1) of the plan is \(item.described) and is passed over")
                continue
            }
            tracks.append(SetTrack(reading: object, number: index + 1, notices: &notices))
        }
        let length = Quantities.seconds(members["settings"].flatMap { Self.member($0, "duration") } ?? .null)
        for index in tracks.indices where tracks[index].duration == nil { tracks[index].duration = length }
    }

    private static func member(_ value: JSONValue, _ name: String) -> JSONValue? {
        guard case .object(let object) = value else { return nil }
        return object[name] ?? object["default_" + name]
    }
}

extension SetTrack {
    static func looksLikeTrack(_ value: JSONValue) -> Bool {
        guard case .object(let object) = value else { return false }
        return object["caption"] != nil || object["title"] != nil || object["prompt"] != nil
    }

    /// Names that say the same.
    private static let aliases = [
        "prompt": "caption", "description": "caption", "name": "title", "keyscale": "key", "key_scale": "key",
        "tempo": "bpm", "language": "vocal_language", "time_signature": "timesignature", "length": "duration",
        "duration_seconds": "duration", "audio_duration": "duration", "steps": "inference_steps",
        "cover_strength": "audio_cover_strength", "transition": "transition_note",
    ]
    /// What a plan says of a track beside what it is, and pages send back.
    private static let others: Set<String> = ["index", "number", "request", "problems", "id"]

    /// - Parameters:
    ///   - object: of a plan.
    ///   - number: of the track, for notices.
    init(reading object: [String: JSONValue], number: Int, notices: inout [String]) {
        var members: [String: JSONValue] = [:]
        for (name, value) in object.sorted(by: { $0.key < $1.key }) where value != .null {
            let known = Self.aliases[name] ?? name
            if members[known] == nil || known == name { members[known] = value }
        }
        func wrong(_ name: String, _ expected: String) {
            notices.append("track \(number): \(name) must be \(expected); it is passed over")
        }
        func text(_ name: String, _ limit: Int) -> String {
            guard let value = members[name] else { return "" }
            switch value {
            case .text(let text): return Self.cut(text, limit)
            case .list(let items):
                return Self.cut(items.map(\.plainText).joined(separator: name == "lyrics" ? "\n" : ", "), limit)
            case .object: wrong(name, "a text"); return ""
            default: return value.plainText
            }
        }
        title = text("title", 120).replacing("\n", with: " ")
        caption = text("caption", 4000)
        genre = text("genre", 120)
        lyrics = text("lyrics", 20_000)
        transitionNote = text("transition_note", 500)
        let language = text("vocal_language", 20)
        self.language = language.isEmpty ? nil : language
        if let value = members["bpm"] {
            bpm = Quantities.number(value).map { $0.rounded() }
            if bpm == nil { wrong("bpm", "a number of beats per minute") }
        }
        let key = text("key", 40)
        self.key = key.isEmpty || ["any", "auto", "none"].contains(key.lowercased()) ? nil : key
        if let value = members["duration"] {
            duration = Quantities.seconds(value)
            if duration == nil { wrong("duration", "a number of seconds") }
        }
        if let value = members["energy"] {
            energy = Quantities.part(value)
            if energy == nil { wrong("energy", "0 to 1") }
        }
        if let value = members["instrumental"] {
            instrumental = Quantities.flag(value)
            if instrumental == nil { wrong("instrumental", "true or false") }
        }
        let signature = text("timesignature", 8)
        timeSignature = signature.isEmpty ? nil : signature
        readFiles(members, number, &notices)
        let known: Set<String> = [
            "title", "caption", "genre", "lyrics", "transition_note", "vocal_language", "bpm", "key", "duration",
            "energy", "instrumental", "timesignature", "reference_audio", "src_audio",
        ]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
            if SetPlan.shared.contains(name) || SetPlan.ofTracks.contains(name) {
                fields[name] = Self.scalar(value, of: name)
            } else if !Self.others.contains(name) {
                notices.append("track \(number): \(name.prefix(40)) is not known and is passed over")
            }
        }
    }

    private mutating func readFiles(_ members: [String: JSONValue], _ number: Int, _ notices: inout [String]) {
        for name in ["reference_audio", "src_audio"] {
            guard case .text(let text)? = members[name], !text.isEmpty else { continue }
            guard text == Self.uploaded else {
                notices.append(
                    "track \(number): \(name) must be \(Self.uploaded), the file that was given; it is passed over")
                continue
            }
            if name == "src_audio" { usesSource = true } else { usesReference = true }
        }
    }

    /// A value as the request's fields take it.
    static func scalar(_ value: JSONValue, of name: String) -> JSONValue {
        guard case .text(let text) = value else { return value }
        if name == "audio_cover_strength" { return Quantities.part(value).map { .number($0) } ?? value }
        if let flag = ["true": true, "false": false][text.lowercased()] { return .flag(flag) }
        if let integer = Int64(text) { return .integer(integer) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return .text(cut(text, 400))
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        String(text.unicodeScalars.filter { $0.value != 0 }.map(Character.init).prefix(limit))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
