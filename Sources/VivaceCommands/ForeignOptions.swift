import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// Command lines as people write them who know other programs of this field: options under other names or in another
/// spelling (`--tempo`, `--batch_size`), and truth values behind switches (`--instrumental true`).
///
/// Only what this program doesn't know is changed, so that no option of its own has two meanings.
enum ForeignOptions {
    /// Reads a command line.
    ///
    /// - Parameter arguments: without the program's name; `nil` takes the process's own.
    /// - Throws: the parser's error for the command line as it was given.
    static func parse(_ arguments: [String]?) throws -> any ParsableCommand {
        var arguments = withoutTruthValues(
            commandFirst(ServeOptions.normalized(arguments ?? Array(CommandLine.arguments.dropFirst()))))
        var first: (any Error)?
        // Each round puts another option in its place.
        for _ in 0...arguments.count {
            do {
                return try VivaceCommand.parseAsRoot(arguments)
            } catch {
                let message = VivaceCommand.message(for: error)
                // Once all options are known, it is something else that is wrong.
                guard let unknown = unknownOption(in: message)?.name else { throw error }
                guard let known = known(unknown) else { throw first ?? error }
                first = first ?? error
                arguments = arguments.map { renamed($0, from: unknown, to: known) }
            }
        }
        throw first ?? ValidationError("the options can't be read")
    }

    /// A message of the parser with advice that is of use: what an unknown option is called here, or nothing where the
    /// nearest name by its letters means something else.
    static func worded(_ message: String) -> String {
        guard let unknown = unknownOption(in: message) else { return message }
        let beginning = "Unknown option '\(unknown.name)'"
        if let advice = advice[plain(unknown.name)] { return "\(beginning): \(advice)" }
        guard let near = unknown.suggestion, NearestName.isNear(plain(near), plain(unknown.name)) else {
            return beginning
        }
        return "\(beginning). Did you mean '\(near)'?"
    }

    // MARK: Names

    /// What an option that isn't known is called here; `nil` if nothing else is known of it.
    private static func known(_ option: String) -> String? {
        let plain = plain(option)
        let isNegated = plain.hasPrefix("no-")
        let base = isNegated ? String(plain.dropFirst(3)) : plain
        let name = (isNegated ? "no-" : "") + (names[base] ?? base)
        return "--" + name == option ? nil : "--" + name
    }

    /// The words of an option in small letters with hyphens between: `batch-size` for `--batch_size` and `--batchSize`.
    private static func plain(_ option: String) -> String {
        var result = ""
        for character in option.drop(while: { $0 == "-" }) {
            if character == "_" {
                result += "-"
            } else if character.isUppercase, let last = result.last, last.isLowercase {
                result += "-" + character.lowercased()
            } else {
                result += character.lowercased()
            }
        }
        return result
    }

    /// Names of other programs, and the options here that mean the same.
    private static let names: [String: String] = {
        let table: [(name: String, others: String)] = [
            ("caption", "text description style"), ("bpm", "beats-per-minute"), ("lyrics", "lyric"),
            ("duration", "length seconds audio-duration audio-length song-length target-duration"),
            ("genres", "genre tag"), ("language", "lang"), ("time-signature", "meter metre signature time-sig"),
            ("steps", "infer-step infer-steps num-steps num-inference-steps sampling-steps diffusion-steps"),
            ("guidance-scale", "guidance cfg cfg-scale"), ("solver", "sampler sampler-name"),
            ("seed", "manual-seed manual-seeds"), ("batch", "n count songs num-songs num-samples batch-count"),
            ("source", "input input-audio audio src source-audio src-audio-path source-audio-path"),
            ("reference", "ref ref-audio reference-audio-path ref-audio-path"),
            ("repainting-start", "start repaint-start"), ("repainting-end", "end repaint-end"),
            ("model", "model-path model-name model-id checkpoint checkpoint-path ckpt ckpt-path config-path dit-model"),
            ("lm", "lm-model lm-path lm-model-path language-model"), ("thinking", "think"),
            ("lm-temperature", "temperature"), ("lm-top-k", "top-k"), ("lm-top-p", "top-p"),
            ("lm-repetition-penalty", "repetition-penalty"), ("lm-negative-prompt", "negative-prompt"),
            ("output", "out outfile out-file output-file output-path save-path"),
            ("audio-format", "format output-format"), ("dtype", "precision torch-dtype"), ("quantize", "quantization"),
            ("low-memory", "low-vram offload cpu-offload offload-dit-to-cpu"),
            ("max-memory", "memory vram max-vram"), ("quiet", "silent"),
        ]
        return Dictionary(
            uniqueKeysWithValues: table.flatMap { name, others in
                others.split(separator: " ").map { (String($0), name) }
            })
    }()

    /// What to do in place of options that have no counterpart of the same kind.
    private static let advice: [String: String] = {
        let table: [(options: String, advice: String)] = [
            ("gpu cpu cuda mps metal", "the device is chosen by --device"),
            ("fp16 float16 half bf16 bfloat16 fp32 float32", "the number format is chosen by --dtype"),
            ("int8 fp8 q8 q4 load-in-8bit", "weights in 8 bits are chosen by --quantize q8"),
            ("backend", "there is one way to compute, on the device that --device chooses"),
            ("outdir out-dir output-dir save-dir output-folder", "a folder for songs is --output FOLDER/"),
            ("sample-rate bitrate mp3-bitrate", "the kind of file follows the extension of --output"),
            ("scale mode", "scales stand beside the note, as in --key 'A minor'"),
            ("scheduler", "noise schedules are chosen by --shift or --timesteps, solvers by --solver"),
            ("checkpoint-dir checkpoints-dir project-root", "folders of models are named by ACESTEP_CHECKPOINTS_DIR"),
            ("mps-high-watermark-ratio", "memory is limited by --max-memory"),
            ("download-source", "it belongs to 'vivace models pull', as --source"),
        ]
        return Dictionary(
            uniqueKeysWithValues: table.flatMap { options, advice in
                options.split(separator: " ").map { (String($0), advice) }
            })
    }()

    // MARK: Command lines

    /// Commands of `abstractmusic`, which takes their options before the command too.
    private static let lateCommands: Set<String> = ["t2m", "repl", "cli"]

    /// The command before the options that stand before it.
    private static func commandFirst(_ arguments: [String]) -> [String] {
        guard arguments.first?.hasPrefix("--") == true,
            let place = arguments.firstIndex(where: lateCommands.contains),
            !arguments[..<place].contains("--")
        else { return arguments }
        var arguments = arguments
        arguments.insert(arguments.remove(at: place), at: 0)
        return arguments
    }

    /// An option that the parser doesn't know, and the nearest one by its letters.
    private static func unknownOption(in message: String) -> (name: String, suggestion: String?)? {
        guard let found = message.firstMatch(of: /Unknown option '(--[^'=]+)[^']*'(?:\. Did you mean '([^']+)')?/)
        else { return nil }
        return (String(found.1), found.2.map(String.init))
    }

    /// An argument with another name for its option: `--batch_size` or `--batch_size=2`.
    private static func renamed(_ argument: String, from name: String, to known: String) -> String {
        if argument == name { return known }
        return argument.hasPrefix(name + "=") ? known + argument.dropFirst(name.count) : argument
    }

    /// Switches alone, in place of switches with truth values behind them.
    private static func withoutTruthValues(_ arguments: [String]) -> [String] {
        // Switches of the server take values themselves.
        guard arguments.first != "serve" else { return arguments }
        var result: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return result + [argument] + rest }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let plain = plain(argument.hasPrefix("--") ? String(parts[0]) : "")
            let name = names[plain] ?? plain
            let value = parts.count == 2 ? String(parts[1]) : rest.first
            guard let isInverted = switches[name], let value, let isOn = Bool(value.lowercased()) else {
                result.append(argument)
                continue
            }
            if parts.count == 1 { rest.removeFirst() }
            if isOn {
                result.append("--" + name)
            } else if isInverted {
                result.append("--no-" + name)
            }
        }
        return result
    }

    /// Switches by name, and whether they have a form that switches off.
    private static var switches: [String: Bool] {
        var switches = ["low-memory": false, "offload-to-cpu": false, "json": false, "quiet": false, "play": false]
        for field in CommandFields.all(of: CommandEnvironment.current?.engine.families ?? []) where field.kind == .flag
        {
            for flag in field.flags { switches[flag] = true }
        }
        return switches
    }
}
