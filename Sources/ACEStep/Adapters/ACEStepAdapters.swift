public import Foundation
import ModelSupport
public import MusicCore

/// Adapters beside checkpoints of ACE-Step: what they are, before anything is loaded.
public struct ACEStepAdapters: AdapterTools {
    public init() {}

    public func report(_ path: String, for location: ModelLocation?) throws -> AdapterReport {
        try location.map { try Self.report(path, for: $0) } ?? AdapterFile(path: path).report
    }

    public func merge(
        _ adapters: [AdapterUse], into location: ModelLocation, to directory: URL, precision: LoadOptions.Precision,
        progress: @escaping @Sendable (_ file: String) -> Void
    ) async throws {
        try MLXExecutor.shared.start()
        try await MLXActor.run {
            try AdapterMerging.merge(
                adapters, into: try CheckpointLayout(location), to: directory, precision: precision,
                progress: progress)
        }
    }

    public func convert(_ path: String, to format: AdapterFormat, at output: URL) async throws -> [String] {
        try MLXExecutor.shared.start()
        return try await MLXActor.run {
            let conversion = try AdapterConversion(try AdapterFile(path: path), AdapterTargets.ofAnySize)
            try conversion.write(format, to: output)
            return conversion.leftOut
        }
    }

    public func extract(
        _ tuned: ModelLocation, from base: ModelLocation, rank: Int, to directory: URL,
        progress: @escaping @Sendable (_ module: String) -> Void
    ) async throws -> ExtractionReport {
        try MLXExecutor.shared.start()
        return try await MLXActor.run {
            try AdapterExtraction(tuned, from: base, rank: rank).write(to: directory, progress: progress)
        }
    }
    /// Looks into an adapter's files, and at what a checkpoint would take of them.
    ///
    /// - Parameters:
    ///   - path: of the adapter's file or folder.
    ///   - location: of the checkpoint.
    /// - Throws: ``MusicError`` with code `unreadableInput` that says what doesn't fit, or `invalidCheckpoint`.
    static func report(_ path: String, for location: ModelLocation) throws -> AdapterReport {
        let configuration = try CheckpointParts(try CheckpointLayout(location)).model.configuration
        let matched = try MatchedAdapter(try AdapterFile(path: path), AdapterTargets(configuration.transformer))
        var report = matched.report
        report.notices += variantNotice(matched, configuration).map { [$0] } ?? []
        return report
    }

    /// What a user should know of an adapter that a song is made with.
    static func notices(
        _ matched: MatchedAdapter, _ use: AdapterUse, for configuration: ACEStepConfiguration
    ) -> [String] {
        let report = matched.report
        let strength = use.isWithoutEffect ? "without effect" : "at \(use.text.dropFirst(use.path.count + 1))"
        let scale = use.text == use.path ? "" : ", \(strength)"
        return ["adapter \(report.summary)\(scale)"]
            + [report.unmatchedNotice, variantNotice(matched, configuration)].compactMap { $0 } + report.notices
    }

    /// What is said of an adapter that was trained on another variant; `nil` if nothing tells so.
    static func variantNotice(_ matched: MatchedAdapter, _ configuration: ACEStepConfiguration) -> String? {
        guard let base = matched.file.baseModel else { return nil }
        let name = (base.split(separator: "/").last.map(String.init) ?? base).lowercased()
        let words = Set(name.split { !$0.isLetter }.map(String.init))
        let own = configuration.variant.rawValue
        guard let other = ["turbo", "sft", "base"].first(where: words.contains), other != own else { return nil }
        return "\(matched.file.label) was trained on a model of the variant \(other), and this one is \(own): it may "
            + "work less well"
    }
}
