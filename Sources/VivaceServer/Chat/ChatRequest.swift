import Foundation
import MusicCore

/// A chat request, read into the fields of the REST API and audio.
struct ChatRequest {
    /// Fields as the REST API has them.
    private(set) var fields: [String: JSONValue] = [:]
    private(set) var files: [BodyForm.File] = []
    private(set) var isStream = false

    /// - Parameter body: of the request.
    /// - Throws: ``ServerFailure`` 400.
    init(_ body: [String: JSONValue]) throws {
        guard case .list(let messages)? = body["messages"], !messages.isEmpty else {
            throw ServerFailure(400, "Invalid request format: messages must be a list of messages")
        }
        isStream = body["stream"]?.truth ?? false
        fields = body.filter { Self.passed.contains($0.key) && $0.value != .null }
        let flat: [String: JSONValue] = [
            "key_scale": body["keyscale"] ?? .null, "time_signature": body["timesignature"] ?? .null,
        ]
        for (name, value) in flat where value != .null && fields[name] == nil { fields[name] = value }
        if case .object(let audio)? = body["audio_config"] {
            for (name, value) in audio where value != .null { fields[name == "format" ? "audio_format" : name] = value }
        }
        try rename(body)
        try readMessage(messages, body)
    }

    /// Names that mean the same in both APIs.
    private static let passed: Set<String> = [
        "model", "duration", "audio_format", "bpm", "key_scale", "time_signature", "vocal_language", "instrumental",
        "seed", "use_random_seed", "thinking", "use_format", "use_cot_caption", "use_cot_language", "use_cot_metas",
        "lyrics", "guidance_scale", "batch_size", "inference_steps", "infer_method", "shift", "timesteps",
        "lm_cfg_scale",
        "task_type", "repainting_start", "repainting_end", "audio_cover_strength", "cover_noise_strength",
        "audio_codes",
        "lm_model_path", "track_name", "track_classes", "global_caption",
    ]

    private mutating func rename(_ body: [String: JSONValue]) throws {
        let ranges: [(String, String, ClosedRange<Double>)] = [
            ("temperature", "lm_temperature", 0...2), ("top_p", "lm_top_p", 0...1), ("top_k", "lm_top_k", 0...1e6),
        ]
        for (name, own, range) in ranges {
            guard let value = body[name], value != .null else { continue }
            guard let number = value.numberValue, range.contains(number) else {
                throw ServerFailure(
                    400,
                    "Invalid request format: \(name) must be from \(range.lowerBound.plainText) to "
                        + range.upperBound.plainText)
            }
            fields[own] = value
        }
        // A seed that is given counts here.
        if fields["seed"] != nil, fields["use_random_seed"] == nil { fields["use_random_seed"] = false }
    }

    // MARK: Messages

    private mutating func readMessage(_ messages: [JSONValue], _ body: [String: JSONValue]) throws {
        var texts: [String] = []
        let message = messages.last { message in
            let role = message["role"].saying ?? "user"
            return role == "user" && (message["content"].saying != nil || !message["content"].items.isEmpty)
        }
        if let content = message?["content"] {
            if case .text(let text) = content { texts.append(text) }
            for part in content.items { try readPart(part, &texts) }
        }
        let text = texts.joined(separator: "\n").trimming
        if body["sample_mode"]?.truth == true {
            fields["sample_query"] = .text(text)
        } else {
            split(text)
        }
        let says = ["prompt", "lyrics", "sample_query"].contains { fields[$0]?.saying != nil }
        guard says || !files.isEmpty || fields["audio_codes"]?.saying != nil else {
            throw ServerFailure(400, "No valid prompt, lyrics, sample query, or input audio found in request")
        }
        if fields["instrumental"]?.truth == true, fields["lyrics"]?.saying == nil { fields["lyrics"] = "[inst]" }
    }

    private mutating func readPart(_ part: JSONValue, _ texts: inout [String]) throws {
        switch part["type"].plainText {
        case "text": texts.append(part["text"].plainText)
        case "input_audio":
            try add(part["input_audio"]["data"].plainText, format: part["input_audio"]["format"].saying ?? "mp3")
        case "audio_url":
            let address = part["audio_url"]["url"].saying ?? part["audio_url"].plainText
            guard address.lowercased().hasPrefix("data:") else {
                throw ServerFailure(
                    400, "Audio is sent in the request, as a data: URL or input_audio; nothing is fetched")
            }
            try add(address, format: "mp3")
        default: break
        }
    }

    private mutating func add(_ text: String, format: String) throws {
        var base64 = text[...]
        if text.lowercased().hasPrefix("data:"), let comma = text.firstIndex(of: ",") {
            base64 = text[text.index(after: comma)...]
        }
        let plain = base64.filter { !$0.isWhitespace }
        guard !plain.isEmpty, let data = Data(base64Encoded: plain), !data.isEmpty else {
            throw ServerFailure(400, "The audio in the request is not base64; encode the file's bytes")
        }
        guard files.count < 2 else { throw ServerFailure(400, "There are more than two audio files in the request") }
        let task = fields["task_type"]?.plainText ?? ""
        let isEdit = !["", MusicTask.text2music.rawValue].contains(task)
        let field = isEdit && files.isEmpty ? "src_audio" : "reference_audio"
        guard !files.contains(where: { $0.field == field }) else {
            throw ServerFailure(400, "There are two audio files in the request, and the task takes one")
        }
        files.append(BodyForm.File(field: field, name: "audio.\(format.prefix(8))", data: data))
    }

    /// Caption and lyrics in a text.
    private mutating func split(_ text: String) {
        guard fields["lyrics"]?.saying == nil else {
            fields["prompt"] = .text(text)
            return
        }
        let words = ChatText(text)
        if let prompt = words.prompt, !prompt.isEmpty { fields["prompt"] = .text(prompt) }
        if let lyrics = words.lyrics, !lyrics.isEmpty { fields["lyrics"] = .text(lyrics) }
    }
}

/// What of a chat text is said of the music, and what is sung.
struct ChatText {
    var prompt: String?
    var lyrics: String?

    init(_ text: String) {
        let promptTag = text.firstMatch(of: /(?si)<prompt>(.*?)<\/prompt>/)
        let lyricsTag = text.firstMatch(of: /(?si)<lyrics>(.*?)<\/lyrics>/)
        if promptTag != nil || lyricsTag != nil {
            lyrics = lyricsTag.map { String($0.output.1).trimming }
            prompt = promptTag.map { String($0.output.1).trimming }
            if promptTag == nil, let lyricsTag {
                prompt = text.replacingCharacters(in: lyricsTag.range, with: "").trimming
            }
            return
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let index = lines.firstIndex(where: { $0.trimming.lowercased().hasPrefix("lyrics:") }) {
            let rest = lines[index].trimming.dropFirst(7).trimming
            prompt = lines[..<index].joined(separator: "\n").trimming
            lines = Array(lines[(index + 1)...])
            lyrics = ([rest] + lines.map(String.init)).joined(separator: "\n").trimming
            return
        }
        if Self.isLyrics(text) { lyrics = text } else { prompt = text }
    }

    private static let tags = [
        "[verse", "[chorus", "[bridge", "[intro", "[outro", "[hook", "[pre-chorus", "[refrain", "[inst",
    ]

    /// Whether a text has sections, or at least four short lines.
    static func isLyrics(_ text: String) -> Bool {
        let lower = text.lowercased()
        if tags.contains(where: lower.contains) { return true }
        let lines = text.split(separator: "\n").map(\.trimming).filter { !$0.isEmpty }
        guard lines.count >= 4 else { return false }
        return Double(lines.reduce(0) { $0 + $1.count }) / Double(lines.count) < 60
    }
}
