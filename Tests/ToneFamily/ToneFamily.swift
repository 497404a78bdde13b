import Foundation
public import MusicCore

/// The smallest family that there can be: a checkpoint is a folder with `tone.json`, and a song is a tone.
public struct ToneFamily: MusicFamily {
    public init() {}

    public var catalog: FamilyCatalog {
        FamilyCatalog(family: "tone", title: "Tone", models: [], folderDescription: "a folder with tone.json") {
            folder in
            guard folder.hasFile("tone.json") else { return .unknown }
            return .model(FoundModel(purpose: .music, layout: "tone", parts: [.init("tone", folder.url)]))
        }
    }

    public var fields: [FieldDescription] { ToneOptions.fields.descriptions }

    public func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend { ToneBackend() }
}

struct ToneOptions: Equatable, Sendable {
    var pitch = 440.0
    static let fields = FieldTable<ToneOptions>([
        Field(
            "pitch", \.pitch, .number(20...20_000), aliases: ["frequency"], flags: ["pitch"], placeholder: "hertz",
            help: "Pitch of the tone in hertz (default: 440).", group: "Tone")
    ])
}

/// Makes a sine of the request's pitch, a step at a time.
final class ToneBackend: MusicBackend {
    let info = ModelInfo(
        family: "tone", variant: "sine", precision: "f32", device: "cpu", parameterCount: 1, sampleRate: 44_100,
        channelCount: 1, byteCount: 100)

    func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
        var options = ToneOptions()
        let rest = try ToneOptions.fields.read(request.options, into: &options)
        guard rest.isEmpty else { throw MusicError.unknownField(rest.keys.min() ?? "", among: ["pitch"], of: "A tone") }
        var resolved = request.withSeeds()
        resolved.duration = request.duration ?? 1
        resolved.steps = request.steps ?? 4
        resolved.options = ["pitch": options.pitch.json]
        return (resolved, [])
    }

    func generate(_ request: MusicRequest, details: MusicDetails) -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { [self] report in
            let (request, notices) = try resolve(request)
            report(.resolved(request))
            notices.forEach { report(.notice($0)) }
            let steps = request.steps ?? 1
            for step in 1...steps {
                try Task.checkCancellation()
                await Task.yield()
                report(.progress(.diffuse, completed: step, total: steps))
            }
            let pitch = request.options["pitch"]?.numberValue ?? 440
            let count = Int((request.duration ?? 1) * 44_100)
            let wave = (0..<count).map { Float(0.5 * sin(2 * .pi * pitch * Double($0) / 44_100)) }
            if details.contains(.audio) {
                let half = count / 2
                for (start, part) in [(0, wave[..<half]), (half, wave[half...])] {
                    let audio = AudioBuffer(sampleRate: 44_100, channels: [Array(part)])
                    report(.audio(AudioChunk(song: 0, start: start, total: count, audio: audio)))
                }
            }
            let songs = request.seeds.map {
                Song(audio: AudioBuffer(sampleRate: 44_100, channels: [wave]), seed: $0)
            }
            report(.finished(MusicResult(songs: songs, request: request, seconds: [.diffuse: 0.1])))
        }
    }
}
