import ArgumentParser
import AudioFile
import Foundation
import MusicCore
import MusicEngine

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
            "File to write; its extension chooses the format: wav, flac, mp3, opus, ogg. With several songs, the next "
                + "free numbers are put before the extension. In a folder, which is made if need be, songs are named "
                + "by their keys (default: song-SEED.flac, or the next free number).", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Format where --output names no file: wav, wav32, flac, mp3, opus, ogg (default: flac).",
            valueName: "format"))
    var audioFormat: String?

    @Option(help: ArgumentHelp("Bits per sample: 16, 24 or 32f (default: 16; WAV and FLAC only).", valueName: "bits"))
    var bitDepth: BitDepth?

    @Option(
        help: ArgumentHelp(
            "Also save the final latents, as .safetensors or .npy (frames x channels, float32). With several songs, "
                + "the next free numbers are put before the extension.", valueName: "file"))
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

    /// Where latents are written.
    ///
    /// - Parameter isAudio: whether there is audio beside them, to which `--output` belongs then.
    /// - Throws: ``MusicError`` `invalidRequest` if there is no audio and no file for the latents is named.
    func latentsFile(isAudio: Bool) throws -> URL? {
        guard !isAudio else { return try saveLatents.map { try PathArgument.url($0, "--save-latents") } }
        guard output == nil || saveLatents == nil else {
            throw MusicError(
                .invalidRequest, "--latents-only makes one kind of file, and --output and --save-latents name two",
                advice: "leave one of them out")
        }
        guard let name = output ?? saveLatents else {
            throw MusicError(
                .invalidRequest, "--latents-only needs a file to write",
                advice: "name it with --output, ending in .safetensors or .npy")
        }
        return try PathArgument.url(name, output == nil ? "--save-latents" : "--output")
    }

    /// What is said of a file that is not written so, for the user to know.
    ///
    /// - Parameter isAudio: whether there is audio.
    func notices(isAudio: Bool) -> [String] {
        guard isAudio else {
            return [audioFormat.map { _ in "--audio-format" }, bitDepth.map { _ in "--bit-depth" }]
                .compactMap { $0 }.map { "\($0) is not used: no audio file is made" }
        }
        guard let audioFormat, let output, case .file(let url) = OutputPlan.Place(path: output) else { return [] }
        let ending = url.pathExtension.lowercased()
        let asked = audioFormat.lowercased().drop { $0 == "." }
        return asked == ending || asked == "wav32" && ending == "wav"
            ? [] : ["--audio-format is not used: the file is a .\(ending) by its name"]
    }

    /// Where songs are written.
    ///
    /// - Parameter usualFormat: extension of the file if the user named none.
    /// - Throws: ``MusicError`` `invalidRequest`.
    func plan(usualFormat: String? = nil) throws -> OutputPlan {
        try PathArgument.check(output, "--output")
        // It is checked where a file is named too, though only the file's extension counts then.
        if let format = audioFormat ?? usualFormat { _ = try OutputPlan(.automatic, usualFormat: format) }
        return try OutputPlan(
            OutputPlan.Place(path: output), bitDepth: bitDepth, usualFormat: audioFormat ?? usualFormat)
    }
}

extension BitDepth: ExpressibleByArgument {}
