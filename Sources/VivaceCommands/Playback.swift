import AudioFile
import Dispatch
import Foundation
import MusicCore
import MusicEngine
import Synchronization

/// Passes decoded samples on while a song is made: to a file, to a player, or to both.
///
/// Writing to a player waits as long as the music lasts, and therefore has a thread of its own.
final class Playback: @unchecked Sendable {
    private let files: [URL]
    private let player: Player?
    private let queue = DispatchQueue(label: "vivace.playback")
    /// The player that is running, for ``abandon()``, which must not wait for the music.
    private let running = Mutex<Running?>(nil)
    // Everything below is touched on the queue alone.
    private var file: FileHandle?
    private var fileURL: URL?
    private var playing: (process: Process, input: FileHandle)?
    private var isDone = false
    private var failure: MusicError?

    /// - Parameters:
    ///   - file: where to write; with several songs, a number is put before the extension.
    ///   - count: number of songs.
    ///   - player: plays the songs one after another.
    init(file: URL?, count: Int, player: Player?) {
        files = file.map { OutputPlan.numbered($0, count: count) } ?? []
        self.player = player
        // A player that was closed is no reason to end.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Takes the next samples.
    ///
    /// - Throws: ``MusicError`` if earlier ones could not be written.
    func take(_ chunk: AudioChunk) throws {
        queue.async { [self] in
            guard failure == nil, !isDone else { return }
            do {
                if chunk.start == 0 { try begin(chunk) }
                let bytes = WAVStream.samples(chunk.audio)
                try file?.write(contentsOf: bytes)
                try? playing?.input.write(contentsOf: bytes)
                if chunk.start + chunk.audio.frameCount >= chunk.total { endSong() }
            } catch {
                failure =
                    error as? MusicError
                    ?? MusicError(
                        .unwritableOutput, "the stream can't be written to \(fileURL?.path ?? "")",
                        advice: "check the free space")
            }
        }
    }

    /// Waits until everything is written and played.
    ///
    /// - Parameter songs: the finished files, for a player that takes files alone.
    /// - Throws: ``MusicError`` if samples could not be written.
    func finish(_ songs: [URL]) throws {
        try queue.sync {
            isDone = true
            if let failure { throw failure }
            guard let player, player.streamArguments == nil else { return }
            for song in songs { try player.start([song.path], input: nil).waitUntilExit() }
        }
    }

    /// Ends early: stops the player, and removes a file that is not complete.
    func abandon() {
        running.withLock { $0?.process.terminate() }
        queue.sync {
            isDone = true
            playing = nil
            guard file != nil else { return }
            try? file?.close()
            file = nil
            if let fileURL, !Self.isPipe(fileURL) { try? FileManager.default.removeItem(at: fileURL) }
        }
    }

    /// A process that has been started.
    ///
    /// Apple's class is not declared to be `Sendable`; only ``abandon()`` touches it from
    /// another thread, to send a signal.
    private struct Running: @unchecked Sendable {
        let process: Process
    }

    /// Whether a path names a pipe.
    static func isPipe(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    private func begin(_ chunk: AudioChunk) throws {
        let header = WAVStream.header(
            sampleRate: chunk.audio.sampleRate, channels: chunk.audio.channels.count, frames: chunk.total)
        if chunk.song < files.count {
            let url = files[chunk.song]
            if !Self.isPipe(url) { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
            fileURL = url
            file = try FileHandle(forWritingTo: url)
            try file?.write(contentsOf: header)
        }
        if let player, let arguments = player.streamArguments {
            let pipe = Pipe()
            let process = try player.start(arguments, input: pipe)
            running.withLock { $0 = Running(process: process) }
            playing = (process, pipe.fileHandleForWriting)
            try? playing?.input.write(contentsOf: header)
        }
    }

    private func endSong() {
        try? file?.close()
        file = nil
        if let playing {
            try? playing.input.close()
            playing.process.waitUntilExit()
            running.withLock { $0 = nil }
        }
        playing = nil
    }
}
