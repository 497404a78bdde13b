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

    @Option(parsing: .unconditional, help: "Seed; drawn if left out.")
    var seed: UInt64?

    @OptionGroup var memory: TierOptions

    @Flag(help: "Print one JSON document with the fields of the reference's result.")
    var json = false

    /// The question with what the options say; the likeliest tokens are not preferred unless asked for.
    ///
    /// - Throws: ``MusicError`` `invalidRequest`.
    func order(
        _ question: DescriptionOrder.Question, model: String?, _ loadOptions: LoadOptions
    ) throws -> DescriptionOrder {
        var order = DescriptionOrder(
            question, model: model, languageModel: lm, loadOptions: loadOptions, tier: memory.tierName, seed: seed)
        order.sampling = try samplingChoice()
        return order
    }

    private func samplingChoice() throws -> PlannerSampling {
        var sampling = PlannerSampling()
        sampling.topP = 0
        try PlannerSampling.fields.read(try self.sampling.given(), into: &sampling)
        return sampling
    }

    /// Asks, and prints the description, as JSON or as lines, or the failure as JSON before it is thrown on.
    ///
    /// - Parameters:
    ///   - status: a sentence for people.
    ///   - order: makes the order; what it throws is a failure too.
    func show(status: String, _ order: () throws -> DescriptionOrder) async throws -> DescriptionResult {
        let engine = try CommandEnvironment.required().engine
        do {
            let order = try order()
            let result = DescriptionResult(
                try await withInterruption { try await engine.describe(order) }, status: status)
            result.notices.forEach { Terminal.note("note: \($0)") }
            if json {
                Terminal.output(try Terminal.json(of: result))
            } else {
                result.lines.forEach(Terminal.output)
            }
            return result
        } catch {
            if json { Terminal.output(try Terminal.json(of: DescriptionResult(failure: error))) }
            throw error
        }
    }
}

extension DescriptionResult {
    /// Line by line, the lyrics last.
    fileprivate var lines: [String] {
        let fields: [(String, String)] = [
            ("caption", caption), ("bpm", bpm.map(String.init) ?? ""),
            ("duration", duration.map { "\(Int($0)) s" } ?? ""), ("key", keyscale), ("metre", timesignature),
            ("language", language), ("genres", genres),
        ]
        let known = fields.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)" }
        return known + (lyrics.isEmpty ? [] : ["", lyrics])
    }
}
