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
    case tokenizer, tokenizerConfiguration, vocabulary, merges
    case wav, flac, mp3, opus, vorbis, otherAudio
    case address, linkHeader, contentRange, hubReference

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
                Self.touch(try TorchArchive(data: Data(bytes), name: "a.pt").value, most: bytes.count)
            }
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

    /// Reads every element, except where a damaged shape repeats one of them over and over.
    private static func touch(_ value: TorchValue, most: Int) {
        switch value {
        case .tensor(let tensor): if tensor.count <= most { _ = tensor.floats() }
        case .list(let elements): elements.forEach { touch($0, most: most) }
        case .dictionary(let entries): entries.values.forEach { touch($0, most: most) }
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

    // MARK: Audio

    private static func audio(_ good: [[UInt8]]) throws -> FuzzedReader {
        FuzzedReader(good: good, isOwn: { $0 is MusicError }) { _, file in
            _ = try AudioFile.info(file)
            _ = try AudioFile.read(file, ReadOptions(duration: 1))
        }
    }
}
