import AudioFile
public import Foundation
public import MusicCore

/// What made a song: stored in the tags of its file, and enough to make it again.
public struct Recipe: Codable, Equatable, Sendable {
    /// Version of Vivace that made the song.
    public var vivace: String
    /// The model as the user named it.
    public var model: String
    /// Family and variant, such as `ace-step turbo`.
    public var variant: String
    /// Number format of the arithmetic: `f32` or `bf16`.
    public var precision: String
    /// Device of the arithmetic: `cpu` or `gpu`.
    public var device: String
    /// The resolved request for this one song; the files that it names have absolute paths.
    public var request: MusicRequest
    /// What the files were that the request names, by the names of its fields; `nil` in files of earlier versions.
    public var inputs: [String: FilePin]?
    /// A mark of the model's weights, likewise.
    public var weights: String?

    /// What the songs of a session are made from.
    struct Origin: Sendable {
        var inputs: [String: FilePin] = [:]
        var weights: String?

        init() {}

        /// - Parameter names: what files are called, by their paths, if not by these.
        /// - Throws: ``MusicError`` `unreadableInput`.
        init(_ request: MusicRequest, _ location: ModelLocation, names: [String: String]) throws {
            weights = WeightsMark.of(location)
            for (name, input) in Recipe.files(of: request) {
                var pin = try Self.pin(URL(fileURLWithPath: input.path))
                pin.path = names[input.path] ?? pin.path
                inputs[name] = pin
            }
            inputs.merge(try AdapterPins.of(request, names: names, Self.pin)) { _, adapter in adapter }
        }

        private static func pin(_ file: URL) throws -> FilePin {
            do {
                return try FilePin(file)
            } catch {
                throw SystemFault(error, path: file.path)?.error()
                    ?? MusicError(
                        .unreadableInput, "\(file.path) can't be read: \(error.localizedDescription)",
                        advice: "check the file")
            }
        }
    }

    /// The audio files that a request names and uses, by the names of its fields.
    private static func files(of request: MusicRequest) -> [String: AudioInput] {
        var files: [String: AudioInput] = [:]
        if request.usesSource { files["src_audio"] = request.source }
        files["reference_audio"] = request.reference
        return files.filter { !$0.value.path.isEmpty }
    }

    /// - Parameters:
    ///   - result: of a session.
    ///   - index: of the song.
    ///   - origin: what the songs are made from.
    init(_ result: MusicResult, song index: Int, origin: Origin) {
        vivace = Release.version
        model = result.model ?? ""
        variant = result.info.map { "\($0.family) \($0.variant)" } ?? ""
        precision = result.info?.precision ?? ""
        device = result.info?.device ?? ""
        request = result.request(ofSong: index)
        inputs = origin.inputs.isEmpty ? nil : origin.inputs
        weights = origin.weights
        if let source = inputs?["src_audio"] { request.source?.path = source.path }
        if let reference = inputs?["reference_audio"] { request.reference?.path = reference.path }
        AdapterPins.name(&request, by: inputs ?? [:])
    }

    /// The request as it can be repeated here, and what is not as it was.
    ///
    /// An input that is not where it was is looked for in the folder of the song; of several the one with the same
    /// contents is taken.
    ///
    /// - Parameters:
    ///   - song: the file with the recipe.
    ///   - location: of the model, if it is to be the recipe's; its weights are compared.
    /// - Returns: notices for inputs and weights that are other ones than those that the song was made from.
    public func repeated(beside song: URL, model location: ModelLocation?) -> (MusicRequest, notices: [String]) {
        var request = request
        var notices: [String] = []
        for (name, input) in Self.files(of: request) {
            let own = URL(fileURLWithPath: input.path)
            let beside = song.deletingLastPathComponent().appendingPathComponent(own.lastPathComponent)
            let candidates = [own, beside].filter { FileManager.default.fileExists(atPath: $0.path) }
            let pin = inputs?[name]
            let same = candidates.first { pin?.matches($0) ?? true }
            guard let file = same ?? candidates.first else { continue }
            if same == nil {
                notices.append("\(file.path) is not the file that this song was made from: the song will be another")
            }
            if name == "src_audio" { request.source?.path = file.path } else { request.reference?.path = file.path }
        }
        notices += AdapterPins.find(&request, by: inputs ?? [:], beside: song)
        if let location, let weights, let now = WeightsMark.of(location), now != weights {
            notices.append("The weights of \(model) are not those that this song was made with: it will be another")
        }
        return (request, notices)
    }

    /// The recipe in the tags of an audio file.
    ///
    /// - Throws: ``MusicError`` `unreadableInput` if the file can't be read or holds no recipe.
    public init(file url: URL) throws {
        guard let text = try AudioFile.readTags(url).recipe else {
            throw MusicError(
                .unreadableInput, "\(url.path) holds no recipe",
                advice: "only files written by Vivace can be repeated")
        }
        do {
            self = try JSONDecoder().decode(Recipe.self, from: Data(text.utf8))
        } catch {
            throw MusicError(
                .unreadableInput, "the recipe in \(url.path) is damaged", advice: "give the parameters themselves")
        }
    }

    /// Tags for the song's file: title, software, and the recipe as JSON with sorted keys.
    func tags() throws -> AudioTags {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var tags = AudioTags()
        tags.title = request.prompt.isEmpty ? nil : String(request.prompt.prefix(120))
        tags.software = "Vivace \(vivace)"
        tags.recipe = String(decoding: try encoder.encode(self), as: UTF8.self)
        return tags
    }
}
