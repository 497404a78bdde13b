import MLX
import ModelSupport
import MusicCore
import Oobleck

/// What a generation consists of, as is known before it begins.
extension Pipeline {
    /// Operations per second that make weights out of operations: those of the machine by which `JobProgress` weighs
    /// what has no operations to count.
    private static nonisolated let rate = 400e9

    /// The stages of a generation with their units, weighted by the operations that they take.
    package nonisolated func stages(of request: ResolvedRequest) -> [JobProgress.Stage] {
        let work = request.parts.map { PartWork($0, request.window, model, tile: tile) }
        let reference = request.request.reference == nil ? 0 : Self.referenceFrames(model.autoencoderConfiguration)
        func weight(_ operations: (PartWork) -> Double) -> Double {
            work.reduce(0) { $0 + operations($1) } / Self.rate
        }
        var stages: [JobProgress.Stage] = []
        if request.parts.contains(where: { $0.source != nil }) {
            stages.append(
                JobProgress.Stage(
                    .source, units: work.reduce(0) { $0 + $1.tiles(of: $1.frames) },
                    weight: weight { $0.autoencoder.encoderOperations(frames: $0.frames) }))
        } else if request.parts.contains(where: { $0.audioCodes != nil }) {
            stages.append(JobProgress.Stage(.source, weight: weight { $0.stepOperations / 8 }))
        }
        stages += [
            JobProgress.Stage(.encode, weight: work[0].textOperations / Self.rate),
            JobProgress.Stage(
                .condition,
                weight: (work[0].conditionOperations
                    + model.autoencoderConfiguration.encoderOperations(frames: reference)) / Self.rate),
            JobProgress.Stage(
                .diffuse, units: work.reduce(0) { $0 + $1.songs * $1.steps },
                weight: weight { Double($0.songs * $0.steps) * $0.stepOperations }),
        ]
        if request.parts.contains(where: \.isReviewed) {
            stages.append(
                JobProgress.Stage(
                    .align, units: work.reduce(0) { $0 + $1.songs },
                    weight: weight { Double($0.songs) * $0.stepOperations / 2 }))
        }
        guard request.request.output == .audio else { return stages }
        return stages + [
            JobProgress.Stage(
                .decode, units: work.reduce(0) { $0 + $1.songs * $1.tiles(of: $1.frames) },
                weight: weight { Double($0.songs) * $0.autoencoder.decoderOperations(frames: $0.frames) })
        ]
    }

    /// The latent frames of the longest song of a request, and what its steps take beside the weights, about, in bytes.
    nonisolated func longestSong(of request: ResolvedRequest) -> (frames: Int, step: Int) {
        let works = request.parts.map { PartWork($0, request.window, model, tile: tile) }
        return (works.map(\.frames).max() ?? 0, works.map(\.workingBytes).max() ?? 0)
    }

    /// Makes sure, before any work, of given noise that has the size of the songs.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest`.
    nonisolated func checkNoise(_ request: ResolvedRequest) throws {
        for part in request.parts {
            let frames = PartWork(part, request.window, model, tile: tile).frames
            try part.noise?.check(frames: frames, channels: model.configuration.transformer.acousticChannels)
        }
    }
}

/// What the songs of one part take.
private struct PartWork {
    let songs: Int
    let frames: Int
    let steps: Int
    let autoencoder: OobleckConfiguration
    let textOperations: Double
    let conditionOperations: Double
    /// Intermediate results of a step, about, in bytes.
    let workingBytes: Int
    /// Of one step, with what guidance and solver add to it.
    let stepOperations: Double
    private let tile: Int

    /// Characters of a token, about.
    private static let tokenLength = 4

    init(_ request: ACEStepRequest, _ window: RepaintWindow?, _ model: ACEStepModel, tile: Int?) {
        let configuration = model.configuration
        autoencoder = model.autoencoderConfiguration
        songs = request.seeds.count
        self.tile = tile ?? Oobleck.defaultTile(model.dtype)
        let codes = request.audioCodes.map { AudioCodeText.codes(in: $0).count }
        let source = request.task.needsSource || request.flowEdit ? request.source?.audio : nil
        let hasStart = codes != nil || source != nil
        let longer = (window?.leading ?? 0) + (window?.trailing ?? 0)
        frames =
            codes.map { $0 * (configuration.audioTokenizer?.poolWindow ?? 1) }
            ?? source.map { audio in
                model.autoencoderConfiguration.frameCount(
                    samples: audio.frameCount + Int((longer * Double(audio.sampleRate)).rounded()))
            } ?? RequestResolver.frames(request.duration, rate: model.autoencoderConfiguration.latentRate)
        steps = Sampler.schedule(request, model.scheduler, hasStart: hasStart).count

        let template = request.usesTemplate ? 160 : Self.tokenLength
        let text = min(request.maxTextLength, (request.prompt.utf8.count + template) / Self.tokenLength)
        let lyrics =
            request.usesNullLyrics && request.isWordless
            ? 0 : min(request.maxLyricLength, request.lyrics.utf8.count / Self.tokenLength + 10)
        textOperations = model.textEncoderConfiguration.operations(length: text)
        conditionOperations = configuration.conditionEncoder.operations(
            text: text, lyrics: lyrics, reference: Pipeline.referenceFrames(autoencoder))
        workingBytes = configuration.transformer.workingBytes(
            frames: frames, condition: text + lyrics + 1, isGuided: (request.guidanceScale ?? 1) > 1,
            elementSize: model.dtype.size)
        let guided = (request.guidanceScale ?? 1) > 1 ? 2.0 : 1
        stepOperations =
            configuration.transformer.stepOperations(frames: frames, condition: text + lyrics + 1) * guided
            * (request.solver == .heun ? 2 : 1)
    }

    func tiles(of frames: Int) -> Int { (frames + tile - 1) / tile }
}
