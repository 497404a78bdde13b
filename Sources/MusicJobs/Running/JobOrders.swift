import AudioFile
import Foundation
import MusicCore
import MusicEngine

/// Turns the request of a job into what the engine is told.
struct JobOrders {
    let engine: Engine
    let request: JobRequest
    /// Draws what nobody gave, the same in each attempt.
    let seeds: SeedSource

    /// - Parameter seed: where the seeds come from.
    init(_ engine: Engine, _ request: JobRequest, seed: UInt64) {
        self.engine = engine
        self.request = request
        seeds = .sequence(from: seed)
    }

    // MARK: Songs

    /// The model that makes the songs.
    func find() async throws -> Engine.Found { try await engine.find(modelName) }

    /// The model as it is named; `nil` for the default one.
    var modelName: String? {
        request.model ?? (request.kind == .generate ? RequestDocument(request.document).model : nil)
    }

    /// The songs that are asked for.
    ///
    /// - Parameters:
    ///   - found: the model.
    ///   - description: what came of the prelude; its caption and lyrics are taken, and of the rest what the request
    ///     leaves open.
    ///   - folder: for the files.
    func generation(
        _ found: Engine.Found, description: DescriptionResult?, folder: URL
    ) throws -> GenerationOrder {
        var document = request.document
        if let description {
            var own = description.document(for: found.family).object
            own["status_message"] = nil
            document.merge(own) { given, described in given == .null || given == "" ? described : given }
            for name in ["caption", "lyrics", "instrumental"] {
                if let described = own[name], described != "" || name == "lyrics" { document[name] = described }
            }
            document["prompt"] = nil
        }
        let content = try RequestDocument(document).content(for: found.family, seeds: seeds)
        guard content.request.output == .audio else {
            throw MusicError(
                .unsupported, "A job makes audio files, and latents alone are asked for",
                advice: "ask for audio", field: "output_type", value: "latent", expected: "audio")
        }
        let tier = try engine.tier(
            of: found.family, named: request.planning.tier, within: request.loadOptions.maxMemory)
        var planning = content.planning
        planning.maxDuration = Int(tier.duration)
        let choice = PlannerChoice(
            wish: request.planning.wish ?? (content.thinking == false ? .never : .ifThere),
            name: request.planning.languageModel ?? content.languageModel, options: planning, tier: tier,
            isAskedFor: content.thinking == true)
        let output = try OutputPlan(
            .keyed(folder: folder), usualFormat: request.audioFormat ?? content.audioFormat
        ).keeping(found.family.keptSource(of: content.request))
        return GenerationOrder(
            model: modelName, loadOptions: request.loadOptions, request: content.request.withSeeds(from: seeds),
            planning: choice, output: output, notices: request.notices + content.notices)
    }

    // MARK: Descriptions

    /// What a language model is asked.
    ///
    /// - Parameters:
    ///   - kind: `create`, `format` or `understand`.
    ///   - object: a ``DescriptionDocument``.
    func description(_ kind: JobKind, _ object: [String: JSONValue]) async throws -> DescriptionOrder {
        let document = try DescriptionDocument(object)
        let model = request.model ?? document.model
        let found = try await engine.find(model)
        let question: DescriptionOrder.Question
        switch kind {
        case .create:
            question = .query(
                document.query ?? document.caption ?? "", instrumental: document.instrumental == true,
                language: document.known["vocal_language"]?.plainText)
        case .format:
            let (caption, lyrics) = (document.caption ?? "", document.lyrics ?? "")
            guard !(caption + lyrics).allSatisfy(\.isWhitespace) else {
                throw MusicError(
                    .invalidRequest, "There is nothing to format", advice: "give a caption, or lyrics", field: "caption"
                )
            }
            question = .draft(caption: caption, lyrics: lyrics, known: try document.metadata(for: found.family))
        case .understand:
            guard document.file != nil || document.audioCodes != nil else { throw Self.noAudio }
            question =
                try document.file.map { .file($0) }
                ?? .codes(AudioCodeText.toUnderstand(document.audioCodes ?? ""))
        case .generate, .codes, .mix:
            throw MusicError(
                .invalidRequest, "A description is made by create, format or understand, not by \(kind.rawValue)",
                field: "kind", value: kind.rawValue, expected: "create, format or understand")
        }
        return DescriptionOrder(
            question, model: model, languageModel: request.planning.languageModel ?? document.languageModel,
            loadOptions: request.loadOptions, tier: request.planning.tier, sampling: try document.plannerSampling(),
            seed: document.seed ?? seeds.draw())
    }

    /// The file of which the codes are wanted.
    func codesFile() throws -> String {
        let document = try DescriptionDocument(request.document)
        guard let file = document.file else { throw Self.noAudio }
        return file
    }

    /// The file of a mix.
    ///
    /// - Throws: ``MusicError`` `invalidRequest` for a format that there isn't.
    func mixFile(in folder: URL) throws -> (url: URL, bitDepth: BitDepth?) {
        let plan = try OutputPlan(.keyed(folder: folder), usualFormat: request.audioFormat)
        return (folder.appendingPathComponent("mix." + plan.format.fileExtension), plan.bitDepth)
    }

    private static let noAudio = MusicError(
        .invalidRequest, "No audio is given", advice: "give the handle of a file", field: "src_audio",
        suggestion: .give(field: "src_audio"))
}

/// Looks at requests before they are taken on: what can be told without reading a model or an audio file.
public struct RequestCheck: Sendable {
    private let engine: Engine

    public init(_ engine: Engine) { self.engine = engine }

    /// - Returns: what is to be said of the request.
    /// - Throws: ``MusicError`` that names the field.
    @Sendable public func callAsFunction(_ request: JobRequest) async throws -> [String] {
        let orders = JobOrders(engine, request, seed: 0)
        if let prelude = request.prelude {
            guard request.kind == .generate else {
                throw MusicError(
                    .invalidRequest, "A job of the kind \(request.kind.rawValue) has a description to make first",
                    advice: "ask for songs, or for the description alone", field: "kind", value: request.kind.rawValue,
                    expected: JobKind.generate.rawValue)
            }
            try await orders.description(prelude.kind, prelude.document).sampling.validate()
        }
        switch request.kind {
        case .generate:
            let found = try await orders.find()
            let order = try orders.generation(found, description: nil, folder: URL(fileURLWithPath: "/"))
            if order.planning.wish != .never { try order.planning.options.validate() }
            // A description may bring the words that are missing still.
            return request.prelude == nil ? try found.family.validate(order.request) : []
        case .create, .format, .understand:
            try await orders.description(request.kind, request.document).sampling.validate()
        case .codes:
            _ = try orders.codesFile()
        case .mix:
            _ = try MixDocument(request.document)
            _ = try orders.mixFile(in: URL(fileURLWithPath: "/"))
        }
        return []
    }
}

extension SeedSource {
    /// Seeds below 2³² that follow from a number, each time the same.
    static func sequence(from number: UInt64) -> SeedSource {
        let state = SeedState(number)
        return SeedSource { state.next() }
    }
}
