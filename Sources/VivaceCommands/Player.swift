import Foundation
import MusicCore

/// A program of the system that plays WAV files.
struct Player: Sendable {
    /// Where the program lies.
    let program: URL
    /// Its arguments for sound on standard input; `nil` if it plays files alone.
    let streamArguments: [String]?

    /// The players that are tried, best first.
    private static let known: [(name: String, arguments: [String]?)] = [
        ("aplay", ["-q", "-"]), ("ffplay", ["-v", "quiet", "-nodisp", "-autoexit", "-i", "-"]),
        ("mpv", ["--really-quiet", "--no-video", "-"]), ("play", ["-q", "-t", "wav", "-"]), ("afplay", nil),
    ]

    /// The first player in the search path.
    ///
    /// - Throws: ``MusicError`` `unsupported` if there is none.
    static func find(
        path: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
    ) throws -> Player {
        for (name, arguments) in known {
            for folder in path.split(separator: ":") {
                let program = URL(fileURLWithPath: String(folder)).appendingPathComponent(name)
                if access(program.path, X_OK) == 0 { return Player(program: program, streamArguments: arguments) }
            }
        }
        throw MusicError(
            .unsupported, "there is no player on this machine (\(known.map(\.name).joined(separator: ", ")))",
            advice: "install one of them, or leave out --play")
    }

    /// Starts the player with sound from a pipe, or from a file.
    ///
    /// - Throws: ``MusicError`` `unsupported` if it can't be started.
    func start(_ arguments: [String], input: Pipe?) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            // Otherwise the player could not be asked to end.
            try Interruption.whileTakingSignals { try process.run() }
        } catch {
            throw MusicError(
                .unsupported, "the player \(program.path) can't be started", advice: "leave out --play")
        }
        return process
    }
}
