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
                + "free numbers are put before the extension (default: song-SEED.flac, or the next free number).",
            valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Bits per sample: 16, 24 or 32f (default: 16; WAV and FLAC only).", valueName: "bits"))
    var bitDepth: BitDepth?

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

    /// Where songs are written.
    ///
    /// - Parameter usualFormat: extension of the file if the user named none.
    /// - Throws: ``MusicError`` `invalidRequest`.
    func plan(usualFormat: String? = nil) throws -> OutputPlan {
        try OutputPlan(
            output.map { .file(URL(fileURLWithPath: $0)) } ?? .automatic, bitDepth: bitDepth, usualFormat: usualFormat)
    }
}

extension BitDepth: ExpressibleByArgument {}
