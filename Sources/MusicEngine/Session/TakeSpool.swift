import AudioFile
import Foundation
import MusicCore

/// Takes whose samples wait in a folder of their own until it is decided which of them are kept.
struct TakeSpool: ~Copyable {
    private let folder: URL
    private var results: [MusicResult] = []

    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("vivace-takes-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw MusicError(
                .unwritableOutput, "the folder \(folder.path) for takes can't be made: \(error.localizedDescription)",
                advice: "make room there")
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Number of takes.
    var count: Int { results.count }

    /// Adds a take of one song.
    ///
    /// - Throws: ``MusicError`` with code `unwritableOutput`.
    mutating func add(_ result: MusicResult) throws {
        var result = result
        let audio = result.songs[0].audio
        var data = Data(capacity: audio.frameCount * audio.channels.count * 4)
        for channel in audio.channels { channel.withUnsafeBytes { data.append(contentsOf: $0) } }
        try NewFile.replace(file(count), with: data)
        result.songs[0].audio = AudioBuffer(
            sampleRate: audio.sampleRate, channels: audio.channels.map { _ in [] })
        results.append(result)
    }

    /// A take with its samples.
    ///
    /// - Throws: ``MusicError`` with code `unreadableInput`.
    func take(_ index: Int) throws -> MusicResult {
        var result = results[index]
        let data: Data
        do {
            data = try SystemFile.contents(of: file(index))
        } catch {
            throw error.error()
        }
        let values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let count = max(1, result.songs[0].audio.channels.count)
        let frames = values.count / count
        result.songs[0].audio.channels = (0..<count).map { Array(values[$0 * frames..<($0 + 1) * frames]) }
        return result
    }

    private func file(_ index: Int) -> URL { folder.appendingPathComponent("\(index).f32") }
}
