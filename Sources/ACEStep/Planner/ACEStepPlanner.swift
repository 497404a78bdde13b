import Foundation
import ModelSupport
import MusicCore
import Qwen3

/// The 5 Hz language model of ACE-Step 1.5: plans songs, describes them, and makes requests out of ideas.
public final class ACEStepPlanner: MusicPlanner {
    public let info: ModelInfo
    private let planner: Planner
    /// Its network and vocabulary.
    package let model: LanguageModel

    static let familyName = "ace-step-lm"

    private init(info: ModelInfo, planner: Planner, model: LanguageModel) {
        self.info = info
        self.planner = planner
        self.model = model
    }

    /// Loads a folder such as `acestep-5Hz-lm-0.6B`, or the one that a checkpoint holds.
    ///
    /// - Throws: ``MusicError`` with code `invalidCheckpoint` that says which file, tensor or field is wrong, or
    ///   `unsupported` if there is no such device, or `outOfMemory`.
    public static func load(_ location: ModelLocation, options: LoadOptions) async throws -> ACEStepPlanner {
        try MLXExecutor.shared.start()
        return try await loadOnArrayThread(location, options: options)
    }

    @MLXActor
    private static func loadOnArrayThread(
        _ location: ModelLocation, options: LoadOptions
    ) async throws -> ACEStepPlanner {
        guard let folder = PlannerFolder.find(location) else {
            throw MusicError(
                .invalidCheckpoint, "There is no language model in \(location.directory.path)",
                advice: "give a folder such as acestep-5Hz-lm-1.7B, or one that holds such a folder")
        }
        try await ArrayScheduler.shared.turn()
        let model = try LanguageModel(folder, options: options)
        return ACEStepPlanner(info: model.info, planner: try Planner(model), model: model)
    }

    // MARK: MusicPlanner

    public var codeCount: Int { planner.vocabulary.codeCount }

    public func plan(
        _ request: PlanRequest, progress: @escaping @Sendable (_ completed: Int, _ total: Int) -> Void
    ) async throws -> Plan {
        try await planner.plan(request, progress: progress)
    }

    public func understand(codes: [Int], sampling: PlannerSampling, seed: UInt64) async throws -> SongDescription {
        var description = try await planner.understand(codes: codes, sampling: sampling, seed: seed)
        // Codes are as long as they are; the model is not asked.
        if !codes.isEmpty {
            let seconds = Double(codes.count) / Double(CodeBudget.codesPerSecond)
            description.metadata.duration = max(1, Int(seconds.rounded()))
        }
        return description
    }

    public func score(
        codes: [Int], asked: SongMetadata, lyrics: String, scale: Double
    ) async throws -> HeardScore {
        try await planner.score(codes: codes, asked: asked, lyrics: lyrics, scale: scale)
    }

    public func createSample(
        query: String, instrumental: Bool, language: String?, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        let language = try ACEStepRequest(
            MusicRequest(prompt: query, options: language.map { ["vocal_language": .text($0)] } ?? [:])
        ).vocalLanguage
        return try await planner.createSample(
            query: query, instrumental: instrumental, language: language, sampling: sampling, seed: seed)
    }

    public func formatSample(
        caption: String, lyrics: String, known: SongMetadata, sampling: PlannerSampling, seed: UInt64
    ) async throws -> SongDescription {
        var known = known
        // Numbers of 0 and less are nothing known.
        known.bpm = known.bpm.flatMap { $0 > 0 ? $0 : nil }
        known.duration = known.duration.flatMap { $0 > 0 ? $0 : nil }
        known.language = known.language == PromptText.unknownLanguage ? nil : known.language
        // The same checks as those of a generation.
        var request = ACEStepRequest(prompt: caption) {
            $0.lyrics = lyrics
            $0.vocalLanguage = known.language
            $0.duration = known.duration.map(Double.init)
            $0.bpm = known.bpm
            $0.keyScale = known.keyScale
            $0.timeSignature = known.timeSignature
        }
        try request.normalize()
        _ = try request.validate()
        known.language = request.vocalLanguage == PromptText.unknownLanguage ? nil : request.vocalLanguage
        known.keyScale = request.keyScale
        known.timeSignature = request.timeSignature
        return try await planner.formatSample(
            caption: caption, lyrics: lyrics, known: known, sampling: sampling, seed: seed)
    }
}
