import Foundation
import MusicCore
import MusicJobs

/// Reads the body of a REST request, as lenient as the reference, and says what it did not use.
struct RestReader {
    /// What a body asks for; audio is still named as it came.
    struct Result {
        var request: JobRequest
        /// What the client says of its source audio, and of its reference audio.
        var source: String?
        var reference: String?
        /// Whether the source is needed at all.
        var usesSource: Bool
        var model: String?
        var languageModel: String?
    }

    private let fields: [String: JSONValue]
    private let inner: [[String: JSONValue]]
    private let family: any MusicFamily
    /// Songs where nothing is said of their number.
    private let usualBatch: Int
    private var used: Set<String> = RestFields.silent
    private var notices: [String] = []
    private var document: [String: JSONValue] = [:]

    /// - Parameters:
    ///   - fields: of the body.
    ///   - family: whose request it is.
    init(_ fields: [String: JSONValue], family: any MusicFamily, usualBatch: Int = 2) {
        self.fields = fields
        self.family = family
        self.usualBatch = usualBatch
        inner =
            [Self.object(fields["param_obj"])].compactMap { $0 }
            + [RestFields.inner.lazy.compactMap { Self.object(fields[$0]) }.first].compactMap { $0 }
        used.formUnion(RestFields.inner)
    }

    /// An object, or the JSON text of one.
    private static func object(_ value: JSONValue?) -> [String: JSONValue]? {
        switch value {
        case .object(let object): return object
        case .text(let text):
            guard case .object(let object)? = try? JSONText.read(Data(text.utf8), what: "The field") else { return nil }
            return object
        default: return nil
        }
    }

    /// The value of the first name that has one, in the body and then in its objects; null is none.
    private mutating func value(_ names: [String]) -> JSONValue? {
        used.formUnion(names)
        for object in [fields] + inner {
            for name in names { if let value = object[name], value != .null { return value } }
        }
        return nil
    }

    private mutating func text(_ names: [String]) throws -> String? {
        guard let value = value(names) else { return nil }
        switch value {
        case .list, .object:
            throw ServerFailure(fields: [.init(name: names[0], message: "give a text", input: value)])
        default: return value.plainText
        }
    }

    // MARK: Reading

    /// What the body asks for.
    ///
    /// - Throws: ``ServerFailure`` 422 for what is of a wrong shape.
    mutating func read() throws -> Result {
        try checkChoices()
        let task = (try text(RestFields.aliases["task_type"] ?? []) ?? "").trimming
        let taskName = task.isEmpty ? MusicTask.text2music.rawValue : task
        document["task_type"] = .text(taskName)
        let source = try text(RestFields.source)
        let reference = try text(RestFields.reference)
        let audioFormat = try readFormat()
        let model = try text(RestFields.model)
        let languageModel = try text(RestFields.languageModel)
        try readTable(task: taskName)
        readSeeds()
        readLyrics()
        for (name, usual) in RestFields.defaults where document[name] == nil && knows(name) { document[name] = usual }
        let query = try text(RestFields.sampleQuery)?.trimming ?? ""
        let isSample = value(RestFields.sampleMode)?.truth ?? false
        let usesFormat = value(RestFields.usesFormat)?.truth ?? false
        let kind = readKind()
        let title = try text(["title"])
        noteUnused()
        var request = JobRequest(kind, document: kind == .generate ? document : [:], audioFormat: audioFormat)
        request.title = title.flatMap { $0.isEmpty ? nil : String($0.prefix(200)) }
        request.notices = notices
        switch kind {
        case .generate:
            if isSample || !query.isEmpty {
                request.prelude = .init(.create, document: description(query: query))
            } else if usesFormat {
                request.prelude = .init(.format, document: draft())
            }
        case .understand:
            if let codes = document["audio_codes"], source == nil { request.document["audio_codes"] = codes }
        case .format: request.document = draft()
        case .create: request.document = description(query: query)
        case .codes, .mix: break
        }
        let usesSource =
            kind == .understand || kind == .codes || taskName != MusicTask.text2music.rawValue
            || document["flow_edit_morph"] == true
        return Result(
            request: request, source: source, reference: reference, usesSource: usesSource, model: model,
            languageModel: languageModel)
    }

    private mutating func readKind() -> JobKind {
        let (analysis, plan, codes) = (
            value(RestFields.analysis)?.truth ?? false, value(RestFields.planOnly)?.truth ?? false,
            value(RestFields.codesOnly)?.truth ?? false
        )
        if analysis { return .understand }
        if codes { return .codes }
        guard plan else { return .generate }
        return document["caption"]?.saying == nil && document["lyrics"]?.saying == nil ? .create : .format
    }

    private mutating func readFormat() throws -> String {
        var format = try text(RestFields.audioFormat)?.trimming.lowercased() ?? ""
        // One name for two things: whether words are rewritten, and the kind of file.
        if format.isEmpty, case .text(let text)? = fields["format"], JSONValue.text(text).truth == false,
            !["0", "false", "no", "n", "off", ""].contains(text.trimming.lowercased())
        {
            format = text.trimming.lowercased()
        }
        return format.isEmpty ? "mp3" : format
    }

    private func checkChoices() throws {
        var wrong: [ServerFailure.Field] = []
        for (name, choices) in RestFields.choices.sorted(by: { $0.key < $1.key }) {
            guard let value = fields[name], value != .null, value != "", !choices.contains(value.plainText) else {
                continue
            }
            wrong.append(.init(name: name, message: "give one of " + choices.joined(separator: ", "), input: value))
        }
        if let value = fields["repaint_strength"], value != .null, value != "" {
            let number = value.numberValue ?? Double(value.plainText.trimming)
            if number.map({ (0...1).contains($0) }) != true {
                wrong.append(.init(name: "repaint_strength", message: "give a number from 0 to 1", input: value))
            }
        }
        if !wrong.isEmpty { throw ServerFailure(fields: wrong) }
    }

    // MARK: Fields of the tables

    private var table: [FieldDescription] {
        family.fields + MusicRequest.fields.descriptions + PlanningOptions.fields.descriptions
    }

    private func knows(_ name: String) -> Bool { table.contains { $0.name == name } }

    private static let ownFields: Set<String> = [
        "task_type", "src_audio", "reference_audio", "seeds", "latents", "latents_only", "output_type",
    ]

    private mutating func readTable(task: String) throws {
        for field in table where !Self.ownFields.contains(field.name) {
            let known = RestFields.aliases[field.name] ?? []
            guard let value = value(known + ([field.name] + field.aliases).filter { !known.contains($0) }) else {
                continue
            }
            if let tasks = RestFields.ofTasks[field.name], !tasks.contains(task) { continue }
            if let converted = try converted(value, field) { document[field.name] = converted }
        }
        readLimits()
        if let instruction = document["instruction"]?.plainText,
            instruction.trimming.isEmpty || instruction == RestFields.usualInstruction
        {
            document["instruction"] = nil
        }
        // 0 is the end for the reference's clients, as nothing is.
        if document["repainting_end"]?.numberValue == 0 { document["repainting_end"] = nil }
    }

    private mutating func readLimits() {
        if let number = document["duration"]?.numberValue {
            if number <= 0 {
                document["duration"] = nil
            } else if number > RequestLimits.duration.upperBound {
                notices.append(
                    "duration is \(number.plainText) s: \(RequestLimits.duration.upperBound.plainText) s are made")
                document["duration"] = .number(RequestLimits.duration.upperBound)
            }
        }
        if let bpm = document["bpm"]?.numberValue, bpm <= 0 { document["bpm"] = nil }
        let limits = RequestLimits.batchSize
        let batch = document["batch_size"]?.numberValue.map { Int(max(-1, min($0, 1e6))) } ?? usualBatch
        document["batch_size"] = JSONValue(min(limits.upperBound, max(limits.lowerBound, batch)))
        if !limits.contains(batch) {
            notices.append("batch_size is \(batch): \(document["batch_size"]?.plainText ?? "") songs are made")
        }
    }

    /// A value as its field has it; `nil` for one that says nothing, or can't be read, which is noted.
    private mutating func converted(_ value: JSONValue, _ field: FieldDescription) throws -> JSONValue? {
        if case .text(let text) = value, text.isEmpty { return nil }
        let text = value.plainText.trimming
        if ["n/a", "none", "null", "auto"].contains(text.lowercased()), field.kind != .longText { return nil }
        switch field.kind {
        case .text, .longText, .data, .each(.text), .each(.longText), .each(.data):
            guard case .list = value, field.name != "audio_codes" else { return value == .null ? nil : written(value) }
            throw ServerFailure(fields: [.init(name: field.name, message: "give a text", input: value)])
        case .flag: return value.truth.map { .flag($0) }
        case .integer:
            guard let number = number(value) else { return unused(field, value) }
            let rounded = number.rounded()
            if rounded != number { notices.append("\(field.name) is \(text): taken as \(rounded.plainText)") }
            return abs(rounded) < 1e15 ? .integer(Int64(rounded)) : unused(field, value)
        case .number: return number(value).map { .number($0) } ?? unused(field, value)
        default: return value
        }
    }

    private func written(_ value: JSONValue) -> JSONValue? {
        if case .object = value { return nil }
        return .text(value.plainText)
    }

    private func number(_ value: JSONValue) -> Double? {
        switch value {
        case .flag(let flag): flag ? 1 : 0
        case .text(let text): Double(text.trimming).flatMap { $0.isFinite ? $0 : nil }
        default: value.numberValue
        }
    }

    private mutating func unused(_ field: FieldDescription, _ value: JSONValue) -> JSONValue? {
        notices.append("\(field.name) is \(value.described): not used; give \(field.kind.expected)")
        return nil
    }

    // MARK: Seeds and words

    private mutating func readSeeds() {
        let isRandom = value(RestFields.usesRandomSeed)?.truth
        guard let given = value(RestFields.seed) else { return }
        let texts = given.isList ? given.items.map(\.plainText) : given.plainText.split(separator: ",").map(String.init)
        let numbers = texts.map { text in UInt64(text.trimming) ?? Double(text.trimming).flatMap { UInt64(exactly: $0) }
        }
        guard numbers.contains(where: { $0 != nil }) else { return }
        guard isRandom != true else {
            notices.append("use_random_seed is true: the seeds that are given are not used")
            return
        }
        if isRandom == nil { notices.append("the seed is used, since use_random_seed is not given") }
        let count = Int(document["batch_size"]?.numberValue ?? 1)
        document["seeds"] = .list(numbers.prefix(count).map { $0.map { JSONValue($0) } ?? -1 })
    }

    private mutating func readLyrics() {
        guard knows("lyrics"), knows("instrumental") else { return }
        let lyrics = document["lyrics"]?.plainText ?? ""
        if RestFields.isInstrumental(lyrics) {
            document["lyrics"] = nil
            document["instrumental"] = true
        } else {
            document["instrumental"] = nil
        }
    }

    private func description(query: String) -> [String: JSONValue] {
        var query = query
        if query.isEmpty { query = document["caption"]?.saying ?? "NO USER INPUT" }
        var description: [String: JSONValue] = ["query": .text(query)]
        let words = query.lowercased()
        let isInstrumental =
            ["instrumental", "pure music", "pure instrument"].contains(where: words.contains)
            || words == "solo" || words.hasSuffix(" solo")
        if isInstrumental { description["instrumental"] = true }
        if let language = document["vocal_language"]?.saying, !["en", "unknown"].contains(language) {
            description["vocal_language"] = .text(language)
        }
        return description.merging(sampling) { own, _ in own }
    }

    private func draft() -> [String: JSONValue] {
        var draft = sampling
        for name in ["caption", "lyrics", "bpm", "duration", "keyscale", "timesignature"] {
            if let value = document[name] { draft[name] = value }
        }
        return draft
    }

    private var sampling: [String: JSONValue] {
        let names = Set(PlannerSampling.fields.descriptions.map(\.name))
        return document.filter { names.contains($0.key) }
    }

    // MARK: What is left

    /// Hands the names that no table has to the family, which may know them from other releases, and notes the others.
    private mutating func noteUnused() {
        var unknown: [String] = []
        for (name, value) in fields.sorted(by: { $0.key < $1.key })
        where !used.contains(name) && value != .null && value != "" {
            var alone = [name: value]
            do {
                let said = try family.adapt(&alone)
                if alone == [name: value], said.isEmpty {
                    unknown.append(String(name.prefix(40)))
                } else {
                    document.merge(alone) { own, _ in own }
                    notices += said
                }
            } catch {
                notices.append(
                    "\(name.prefix(40)) is not used: " + PublicText.withoutPaths((error as? MusicError)?.message ?? ""))
            }
        }
        guard !unknown.isEmpty else { return }
        let names = unknown.prefix(20).joined(separator: ", ")
        notices.append("not used, since there are no such fields: \(names)" + (unknown.count > 20 ? ", ..." : ""))
    }
}
