import MusicCore
import MusicEngine

/// Names of engines, as `abstractmusic` and the reference call them.
struct EngineName: Equatable {
    /// Of the family here.
    let family: String

    private static let aliases: [String: [String]] = [
        "ace-step": [
            "acestep", "ace-step", "ace_step", "ace", "acestep-v15", "acestep-official", "acestep-diffusers",
            "diffusers", "vivace", "local", "mlx", "default", "auto",
        ]
    ]
    /// What others have that is no part of this version, and why.
    private static let absent: [String: String] = [
        "musicgen": "MusicGen is not among the families of this version",
        "stable-audio": "Stable Audio is not among the families of this version",
        "stable-audio-3": "Stable Audio is not among the families of this version",
        "stable-audio-open": "Stable Audio is not among the families of this version",
        "acemusic": "acemusic is a service on the internet, and songs are made on this machine here",
        "elevenlabs": "elevenlabs is a service on the internet, and songs are made on this machine here",
    ]

    /// - Throws: ``MusicError`` `invalidRequest` or `unsupported`.
    init(_ name: String, families: [any MusicFamily]) throws {
        let plain = name.lowercased().replacing(" ", with: "-")
        let named = Self.aliases.first { $0.value.contains(plain) }?.key ?? plain
        if let family = families.first(where: { $0.name == named }) {
            self.family = family.name
            return
        }
        let names = families.map(\.name).joined(separator: ", ")
        if let reason = Self.absent[plain] {
            throw MusicError(
                .unsupported, reason, advice: "use \(names)", field: "engine", value: name, expected: names)
        }
        throw MusicError(
            .invalidRequest, "There is no engine \(name)", advice: "use \(names)", field: "engine", value: name,
            expected: names)
    }

    /// All names that can be given.
    static func all(of families: [any MusicFamily]) -> [String] {
        families.flatMap { [$0.name] + (aliases[$0.name] ?? []) }
    }
}
