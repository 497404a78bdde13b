import ArgumentParser
import AudioFile
import Foundation
import MusicCore

/// What the music is to be like.
struct MusicOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Words to sing, with section tags such as [Verse].", valueName: "text"))
    var lyrics: String?

    @Option(help: ArgumentHelp("A UTF-8 text file with the lyrics; - reads standard input.", valueName: "file"))
    var lyricsFile: String?

    @Flag(help: "No vocals.")
    var instrumental = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length in seconds, 0.2 to 600 (default: the model's, 60).", valueName: "seconds"))
    var duration: Double?

    @Option(parsing: .unconditional, help: "Beats per minute, 30 to 300.")
    var bpm: Int?

    @Option(help: ArgumentHelp("Key and scale, such as \"F# minor\".", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("Metre: 2, 3, 4 or 6, also 4/4, 3/4, 2/4, 6/8.", valueName: "metre"))
    var timeSignature: String?

    @Option(help: ArgumentHelp("Language code of the lyrics (default: en).", valueName: "code"))
    var language: String?

    func apply(to request: inout MusicRequest) throws {
        if instrumental, lyrics != nil || lyricsFile != nil {
            throw MusicError(
                .invalidRequest, "--instrumental and lyrics exclude each other", advice: "leave one of them out")
        }
        if lyrics != nil, lyricsFile != nil {
            throw MusicError(
                .invalidRequest, "--lyrics and --lyrics-file exclude each other", advice: "leave one of them out")
        }
        if let lyrics { request.lyrics = lyrics }
        if let lyricsFile { request.lyrics = try TextInput.read(lyricsFile) }
        if lyrics != nil || lyricsFile != nil { request.instrumental = false }
        if instrumental {
            request.instrumental = true
            request.lyrics = ""
        }
        if let duration { request.duration = duration }
        if let bpm { request.bpm = bpm }
        if let key { request.keyScale = key }
        if let timeSignature { request.timeSignature = timeSignature }
        if let language { request.vocalLanguage = language }
    }
}

/// How the noise becomes music.
struct SamplingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: "Number of denoising steps (default: the model's; 8 for turbo).")
    var steps: Int?

    @Option(parsing: .unconditional, help: "Shift of the noise schedule, above 0 (default: the model's; 3 for turbo).")
    var shift: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Guidance strength; 1 turns guidance off (default: the model's; turbo has none).", valueName: "scale"))
    var guidanceScale: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The noise schedule itself, as falling values in (0, 1] with commas between, without the final 0.",
            valueName: "list"))
    var timesteps: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seed, or several with commas between, one per song; songs without one draw theirs.", valueName: "seed"))
    var seed: String?

    @Option(parsing: .unconditional, help: "How many songs to make, 1 to 8.")
    var batch: Int?

    func apply(to request: inout MusicRequest) throws {
        if let steps { request.steps = steps }
        if let shift { request.shift = shift }
        if let guidanceScale { request.guidanceScale = guidanceScale }
        if steps != nil || shift != nil { request.timesteps = nil }
        if let timesteps {
            request.timesteps = try Self.list(timesteps, option: "--timesteps", of: "numbers", Double.init)
        }
        if let seed {
            request.seeds = try Self.list(seed, option: "--seed", of: "whole numbers from 0 to 2^64 - 1", UInt64.init)
        }
        if let batch { request.batchSize = batch } else if seed != nil { request.batchSize = request.seeds.count }
    }

    private static func list<Value>(
        _ text: String, option: String, of what: String, _ parse: (String) -> Value?
    ) throws -> [Value] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let part = part.trimmingCharacters(in: .whitespaces)
            guard let value = parse(part) else {
                throw MusicError(
                    .invalidRequest, "\(option): '\(part)' is not a value",
                    advice: "give \(what), with commas between")
            }
            return value
        }
    }
}

/// Which model.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A folder, a hub id such as ACE-Step/Ace-Step1.5, or a short name (see: vivace models list).",
            valueName: "model"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Repeat the song in this file; options given beside it change the recipe.", valueName: "file"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "A JSON document with the fields of GenerationParams and GenerationConfig; - reads standard input. Options "
                + "given beside it win.", valueName: "file"))
    var request: String?
}

/// Where the result goes.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "File to write; its extension chooses the format: wav, flac, mp3, opus, ogg. With several songs, a number "
                + "is put before the extension (default: song-SEED.flac).", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Bits per sample: 16, 24 or 32f (default: 16; WAV and FLAC only).", valueName: "bits"))
    var bitDepth: BitDepth?

    @Option(
        help: ArgumentHelp(
            "Level of the result: peak (at most full scale, then -1 dBFS) or none (default: peak).", valueName: "rule"))
    var normalize: MusicRequest.Normalization?

    @Option(
        help: ArgumentHelp(
            "Also save the final latents, as .safetensors or .npy (frames x channels, float32).", valueName: "file"))
    var saveLatents: String?

    @Flag(
        help:
            "Print one JSON document on standard output: files, seeds, parameters, seconds, and the reference's result."
    )
    var json = false

    @Flag(name: .shortAndLong, help: "Show errors only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Also show seconds per stage and peak memory.")
    var verbose = false

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }
}

extension MusicRequest.Normalization: ExpressibleByArgument {}
extension BitDepth: ExpressibleByArgument {}
