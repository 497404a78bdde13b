import ACEStep
import AudioFile
import Foundation
import ModelHub
import ModelSupport
import MusicCore
import MusicEngine
import Safetensors
import StreamingJSON
import Tokenizers

/// The readers of bytes that come from elsewhere.
enum Reader: String, CaseIterable, Codable, Sendable {
    case safetensors, json, configuration, request, recipe, torchArchive
    case adapter, lycorisAdapter, adapterConfiguration
    case tokenizer, tokenizerConfiguration, vocabulary, merges
    case wav, flac, mp3, opus, vorbis, otherAudio
    case address, linkHeader, contentRange, hubReference, httpHead, hubPage, modelScopeListing
    case officialModel, officialTextEncoder, officialAutoencoder
    case diffusersIndex, diffusersTransformer, diffusersConditionEncoder, diffusersTokenizer, diffusersScheduler

    /// - Parameter folder: for files that it needs beside the one that is damaged.
    func prepared(in folder: URL) throws -> FuzzedReader {
        switch self {
        case .safetensors:
            FuzzedReader(good: try GoodFiles.safetensors(), isOwn: { $0 is SafetensorsError }) { bytes, file in
                let inMemory = Result { try bytes.withUnsafeBytes { try SafetensorsHeader(bytes: $0) } }
                let onDisk = Result { try SafetensorsHeader(contentsOf: file) }
                try Self.agree((try? inMemory.get()) == (try? onDisk.get()), "memory and disk are read differently")
                _ = try inMemory.get()
            }
        case .json: FuzzedReader(good: GoodFiles.json, isOwn: { $0 is JSONFault }) { bytes, _ in try Self.json(bytes) }
        case .configuration:
            FuzzedReader(good: GoodFiles.json, isOwn: { $0 is MusicError }) { _, file in
                _ = try ConfigurationFile.decode([String: JSONValue].self, at: file)
            }
        case .request:
            FuzzedReader(good: GoodFiles.requests, isOwn: { $0 is MusicError }) { bytes, _ in try Self.request(bytes) }
        case .recipe: try Self.recipe(in: folder)
        case .torchArchive:
            FuzzedReader(good: try GoodFiles.torchArchives(), isOwn: { $0 is MusicError }) { bytes, _ in
                Self.touch(try TorchArchive(data: Data(bytes), name: "a.pt").value)
            }
        case .adapter: try Self.adapter("dora", damaging: "adapter_model.safetensors", in: folder)
        case .lycorisAdapter: try Self.adapter("lokr-dora", damaging: "lokr_weights.safetensors", in: folder)
        case .adapterConfiguration: try Self.adapter("patterns", damaging: "adapter_config.json", in: folder)
        case .tokenizer:
            FuzzedReader(good: try GoodFiles.tokenizers(), isOwn: { $0 is MusicError }) { bytes, _ in
                Self.use(try Tokenizer(tokenizerJSON: Data(bytes)))
            }
        case .tokenizerConfiguration:
            try Self.tokenizer(of: "saved-qwen2", damaging: "tokenizer_config.json", in: folder)
        case .vocabulary: try Self.tokenizer(of: "older-files", damaging: "vocab.json", in: folder)
        case .merges: try Self.tokenizer(of: "older-files", damaging: "merges.txt", in: folder)
        case .wav: try Self.audio(try GoodFiles.audio(.wav, in: folder))
        case .flac: try Self.audio(try GoodFiles.audio(.flac, in: folder))
        case .mp3: try Self.audio(try GoodFiles.mp3(in: folder))
        case .opus: try Self.audio(try GoodFiles.audio(.opus, in: folder))
        case .vorbis: try Self.audio(try GoodFiles.audio(.vorbis, in: folder))
        case .otherAudio: try Self.audio(GoodFiles.otherAudio)
        case .address:
            Self.text(GoodFiles.addresses, isOwn: { $0 is TransferError }) { text in
                let base = try WebURL("https://hub.example/models/a")
                _ = try? base.resolving(text)
                let url = try WebURL(text)
                try Self.agree(try WebURL(url.text).origin == url.origin, "its normal form has another origin")
            }
        case .linkHeader:
            Self.text(GoodFiles.linkHeaders, isOwn: { $0 is TransferError }) { text in
                _ = try HuggingFaceSource.nextPage(text, from: try WebURL("https://hub.example/api/models/a/tree/b"))
            }
        case .contentRange:
            Self.text(GoodFiles.contentRanges, isOwn: { _ in false }) { text in
                guard let range = ContentRange(text) else { return }
                try Self.agree(
                    range.start >= 0 && range.start <= range.end && range.total.map { range.end < $0 } ?? true,
                    "the range \(range) is none")
            }
        case .hubReference:
            Self.text(GoodFiles.hubReferences, isOwn: { $0 is MusicError }) { text in
                guard let reference = try HubReference(text) else { return }
                try Self.agree(try HubReference(reference.description) == reference, "it is written as another")
            }
        case .httpHead:
            FuzzedReader(good: GoodFiles.httpHeads.map { Array($0.utf8) }, isOwn: { $0 is TransferError }) { bytes, _ in
                try Self.httpHead(bytes)
            }
        case .hubPage:
            Self.listing(GoodFiles.hubPages, from: .huggingFace) { bytes, url in
                // A page may be the answer about a revision instead.
                if let commit = try? HuggingFaceSource.commit(in: bytes, at: url) { return ([], commit) }
                return (try HuggingFaceSource.files(in: bytes, at: url), nil)
            }
        case .modelScopeListing:
            Self.listing(GoodFiles.modelScopeListings, from: .modelScope) { bytes, url in
                guard case .files(let files, let commit) = try ModelScopeSource.answer(in: bytes, at: url) else {
                    return ([], nil)
                }
                return (files, commit)
            }
        case .officialModel: try Self.checkpoint("official", "acestep-v15-turbo/config.json", in: folder)
        case .officialTextEncoder: try Self.checkpoint("official", "Qwen3-Embedding-0.6B/config.json", in: folder)
        case .officialAutoencoder: try Self.checkpoint("official", "vae/config.json", in: folder)
        case .diffusersIndex: try Self.checkpoint("diffusers", "model_index.json", in: folder)
        case .diffusersTransformer: try Self.checkpoint("diffusers", "transformer/config.json", in: folder)
        case .diffusersConditionEncoder: try Self.checkpoint("diffusers", "condition_encoder/config.json", in: folder)
        case .diffusersTokenizer: try Self.checkpoint("diffusers", "audio_tokenizer/config.json", in: folder)
        case .diffusersScheduler: try Self.checkpoint("diffusers", "scheduler/scheduler_config.json", in: folder)
        }
    }

    private static func agree(_ isSo: Bool, _ otherwise: @autoclosure () -> String) throws {
        guard isSo else { throw FuzzFinding(description: otherwise()) }
    }

    private static func text(
        _ good: [String], isOwn: @escaping (any Error) -> Bool, _ read: @escaping (String) throws -> Void
    ) -> FuzzedReader {
        FuzzedReader(good: good.map { Array($0.utf8) }, isOwn: isOwn) { bytes, _ in
            try read(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A file of an adapter is damaged; it is looked at alone and beside a model.
    private static func adapter(_ name: String, damaging damaged: String, in folder: URL) throws -> FuzzedReader {
        let fixtures = GoodFiles.tests.appendingPathComponent("Fixtures")
        let copy = folder.appendingPathComponent(name)
        try FileManager.default.copyItem(at: fixtures.appendingPathComponent("adapters/\(name)"), to: copy)
        let target = copy.appendingPathComponent(damaged)
        let model = ModelLocation(
            name: "tiny", directory: fixtures.appendingPathComponent("checkpoints/turbo-f32/official"))
        return FuzzedReader(good: [[UInt8](try Data(contentsOf: target))], isOwn: { $0 is MusicError }) { bytes, _ in
            try Data(bytes).write(to: target)
            let tools = ACEStepAdapters()
            let alone = Result { try tools.report(copy.path, for: nil) }
            let beside = try tools.report(copy.path, for: model)
            try agree(
                try alone.get().matchedTensors >= beside.matchedTensors, "a model takes more than there is")
        }
    }

    // MARK: JSON

    private static func json(_ bytes: [UInt8]) throws {
        func read(_ body: (inout JSONReader) throws -> Void) -> Result<Int, any Error> {
            Result {
                try bytes.withUnsafeBytes {
                    var reader = JSONReader($0)
                    try body(&reader)
                    try reader.end()
                    return reader.position
                }
            }
        }
        let value = read { _ = try $0.value() }
        let skipped = read { try $0.skip() }
        try agree((try? value.get()) == (try? skipped.get()), "reading it and passing over it end differently")
        _ = try value.get()
    }

    private static func request(_ bytes: [UInt8]) throws {
        let family = ACEStepFamily()
        let document = try RequestDocument(json: Data(bytes))
        _ = document.model
        let request = try document.content(for: family, seeds: SeedSource { 7 }).request
        _ = family.summary(of: request)
        _ = family.parameters(of: request, plan: nil)
        let written = try JSONEncoder().encode(request)
        try agree(
            try JSONDecoder().decode(MusicRequest.self, from: written).object == request.object,
            "it comes back as another request")
        _ = try family.validate(request)
    }

    /// The damaged text is the recipe in the tags of a file that is whole.
    private static func recipe(in folder: URL) throws -> FuzzedReader {
        let song = folder.appendingPathComponent("song.wav")
        let good = GoodFiles.recipe
        return FuzzedReader(good: [Array(good.utf8)], isOwn: { $0 is MusicError }) { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self).replacing("\0", with: "0")
            try AudioFile.write(
                AudioBuffer(sampleRate: 8000, channels: [[0, 0.5, 0, -0.5]]), to: song,
                options: WriteOptions(tags: AudioTags(recipe: text)))
            let recipe = try Recipe(file: song)
            if text == good { try agree(recipe.request.duration == 12.5, "the recipe says something else") }
            let written = try JSONEncoder().encode(recipe)
            try agree(
                try JSONDecoder().decode(Recipe.self, from: written) == recipe, "it comes back as another recipe")
        }
    }

    // MARK: Tensors and tokens

    /// Reads every element.
    private static func touch(_ value: TorchValue) {
        switch value {
        case .tensor(let tensor): _ = tensor.floats()
        case .list(let elements): elements.forEach(touch)
        case .dictionary(let entries): entries.values.forEach(touch)
        default: break
        }
    }

    private static func use(_ tokenizer: Tokenizer) {
        let tokens = tokenizer.encode("Hello, wörld! <|im_end|>\n 123 東京", maxLength: 64)
        _ = tokenizer.decode(tokens + [-1, 0, 5, .max])
        _ = (tokenizer.padTokenID, tokenizer.tokenBound, tokenizer.vocabularySize)
    }

    private static func tokenizer(of name: String, damaging damaged: String, in folder: URL) throws -> FuzzedReader {
        let source = GoodFiles.tests.appendingPathComponent("TokenizersTests/Fixtures/\(name)")
        let copy = folder.appendingPathComponent(name)
        try FileManager.default.copyItem(at: source, to: copy)
        let target = copy.appendingPathComponent(damaged)
        return FuzzedReader(good: [[UInt8](try Data(contentsOf: target))], isOwn: { $0 is MusicError }) { bytes, _ in
            try Data(bytes).write(to: target)
            use(try Tokenizer(directory: copy))
        }
    }

    /// A file of a checkpoint is damaged; the others are as they should be.
    ///
    /// The folder is looked at as the hub looks at it, and opened as far as its weights.
    private static func checkpoint(_ layout: String, _ damaged: String, in folder: URL) throws -> FuzzedReader {
        let copy = folder.appendingPathComponent(layout)
        try FileManager.default.copyItem(
            at: GoodFiles.tests.appendingPathComponent("Fixtures/checkpoints/turbo-f32/\(layout)"), to: copy)
        let target = copy.appendingPathComponent(damaged)
        let location = ModelLocation(name: layout, directory: copy)
        return FuzzedReader(good: [[UInt8](try Data(contentsOf: target))], isOwn: { $0 is MusicError }) { bytes, _ in
            try Data(bytes).write(to: target)
            _ = FamilyCatalog.aceStep.recognise(FolderView(copy))
            let parts = try CheckpointParts(try CheckpointLayout(location))
            _ = parts.parameterCount
        }
    }

    // MARK: Audio

    private static func audio(_ good: [[UInt8]]) throws -> FuzzedReader {
        FuzzedReader(good: good, isOwn: { $0 is MusicError }) { _, file in
            _ = try AudioFile.info(file)
            _ = try AudioFile.read(file, ReadOptions(duration: 1))
        }
    }

    // MARK: Hubs

    private static func httpHead(_ bytes: [UInt8]) throws {
        var parser = HeadParser(url: try WebURL("https://hub.example/a"))
        var heads = 0
        for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            let line = line.last == 13 ? line.dropLast() : line
            guard let head = try parser.take(String(decoding: line, as: UTF8.self)) else { continue }
            heads += 1
            try agree(head.status >= 200, "the answer is interim")
            if let text = head.headers["retry-after"], let wait = RetryPolicy.seconds(retryAfter: text) {
                try agree(wait >= 0 && wait.isFinite, "it is to wait for \(wait) seconds")
            }
            _ = head.contentLength
        }
        try agree(heads <= 1, "it has several heads")
    }

    private static func listing(
        _ good: [String], from source: HubSourceName,
        _ read: @escaping ([UInt8], WebURL) throws -> (files: [RemoteFile], commit: String?)
    ) -> FuzzedReader {
        FuzzedReader(
            good: good.map { Array($0.utf8) }, isOwn: { $0 is TransferError || $0 is MusicError }
        ) { bytes, folder in
            let (files, commit) = try read(bytes, try WebURL("https://hub.example/api"))
            guard let repository = RepositoryID("owner/name") else { return }
            let listing = try RepositoryListing(
                repository: repository, source: source,
                commit: commit ?? String(repeating: "a", count: 40), downloadRevision: "main", files: files
            ).validated()
            for file in listing.files {
                let path = folder.appendingPathComponent(file.path).standardizedFileURL.path
                try agree(path.hasPrefix(folder.path + "/"), "\(file.path) leads out of its folder")
                try agree(file.size >= 0, "\(file.path) has a negative length")
            }
        }
    }
}
