import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// What all commands that ask a language model for words have in common.
struct DescriptionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The language model: a folder, a hub id or a short name such as lm-1.7b (default: the one that comes with "
                + "the model, else the largest installed one that the memory suits).", valueName: "model"))
    var lm: String?

    @OptionGroup var sampling: FieldOptions<PlannerSamplingGroup>

    @Option(parsing: .unconditional, help: "Seed; drawn if left out, or below 0.")
    var seed: String?

    @OptionGroup var memory: TierOptions

    @Option(
        help: ArgumentHelp(
            "A JSON document with the parameters of the reference's function; - reads standard input. Options given "
                + "beside it win.", valueName: "file"))
    var request: String?

    @Flag(help: "Print one JSON document with the fields of the reference's result.")
    var json = false

    @OptionGroup var verbosity: VerbosityOptions

    /// The document of `--request`, or an empty one.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` or `unreadableInput`.
    func document() throws -> DescriptionDocument {
        try request.map { try DescriptionDocument(json: Data(try TextInput.read($0, what: "request").utf8)) }
            ?? DescriptionDocument()
    }

    /// The question with what document and options say; the likeliest tokens are not preferred unless asked for.
    ///
    /// - Throws: ``MusicError`` `invalidRequest`.
    func order(
        _ question: DescriptionOrder.Question, _ document: DescriptionDocument, model: String?,
        _ loadOptions: LoadOptions
    ) throws -> DescriptionOrder {
        let seed = try seed.map { text in
            try CommandFields.option("seed") { try RequestDocument.seeds(of: .text(text), field: "seed") }
        }
        if let seed, seed.count != 1 {
            throw MusicError(.invalidRequest, "--seed names \(seed.count) seeds", advice: "give one")
        }
        var order = DescriptionOrder(
            question, model: model ?? document.model, languageModel: lm ?? document.languageModel,
            loadOptions: loadOptions, tier: memory.tierName, seed: seed.map { $0[0] } ?? document.seed)
        order.sampling = try document.plannerSampling()
        try PlannerSampling.fields.read(try sampling.given(), into: &order.sampling)
        return order
    }

    /// Runs a command; with `--json`, the failure is printed too before it is thrown on.
    func reporting(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            if json { Terminal.output(try Terminal.json(of: DescriptionResult(failure: error))) }
            throw error
        }
    }

    /// Asks, and prints the description, as JSON or as lines.
    ///
    /// - Parameters:
    ///   - order: what is asked.
    ///   - status: a sentence for people.
    func show(_ order: DescriptionOrder, status: String) async throws -> DescriptionResult {
        let engine = try CommandEnvironment.required().engine
        let description = try await verbosity.timing("words") {
            try await withInterruption { try await engine.describe(order) }
        }
        let result = DescriptionResult(description, status: status)
        for notice in description.notices { verbosity.note("note: \(notice)") }
        if json {
            Terminal.output(try Terminal.json(of: result))
        } else {
            result.lines.forEach(Terminal.output)
        }
        return result
    }
}

extension DescriptionResult {
    /// Line by line, the lyrics last.
    var lines: [String] {
        let fields: [(String, String)] = [
            ("caption", caption), ("bpm", bpm.map(String.init) ?? ""),
            ("duration", duration.map { "\(Int($0)) s" } ?? ""), ("key", keyscale), ("metre", timesignature),
            ("language", language), ("genres", genres),
        ]
        let known = fields.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        return known + (lyrics.isEmpty ? [] : ["", lyrics])
    }
}
