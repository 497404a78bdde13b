import Foundation
import MusicCore
import MusicEngine
import ToneFamily

/// Tones whose caption says what goes wrong after the first step: `crash`, `exit`, `stall`, `wait`, `fail`; `print`
/// writes on standard output.
struct TroubleFamily: MusicFamily {
    var catalog: FamilyCatalog { ToneFamily().catalog }
    var fields: [FieldDescription] { ToneFamily().fields }

    func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend {
        TroubleBackend(tone: try await ToneFamily().load(location, options: options))
    }
}

struct TroubleBackend: MusicBackend {
    let tone: any MusicBackend

    var info: ModelInfo { tone.info }

    func resolve(_ request: MusicRequest) throws -> (request: MusicRequest, notices: [String]) {
        try tone.resolve(request)
    }

    func generate(_ request: MusicRequest, details: MusicDetails) -> AsyncThrowingStream<MusicEvent, any Error> {
        .reporting { report in
            report(.started(.diffuse))
            report(.progress(.diffuse, completed: 1, total: 4))
            switch request.prompt.split(separator: " ").first {
            case "crash":
                // As a fault in native code would.
                signal(SIGSEGV, SIG_DFL)
                kill(getpid(), SIGSEGV)
                while true { pause() }
            case "exit": _exit(3)
            case "stall":
                // Neither reports nor computes nor hears.
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            case "wait": while true { try await Task.sleep(for: .milliseconds(5)) }
            case "fail": throw MusicError(.numericalFailure, "the sound is not a number")
            case "print": print("something that a library says")
            default: break
            }
            for try await event in tone.generate(request) {
                try Task.checkCancellation()
                report(event)
            }
        }
    }
}

/// An engine whose model lies in a folder, which is made.
func troubleEngine(_ folder: URL) throws -> Engine {
    let model = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: model.appendingPathComponent("tone.json"))
    return Engine(
        families: [TroubleFamily()], memory: { 8_000_000_000 }, locate: { ModelLocation(name: $0, directory: model) },
        defaultModel: { "tone" })
}
