import AudioFile
import Dispatch
import Foundation
import MusicCore
import MusicEngine
import Synchronization

/// Passes decoded samples on while a song is made: to a file, to a player, or to both.
///
/// Writing to a player waits as long as the music lasts, and therefore has a thread of its own. Whatever it waits for,
/// ``abandon()`` ends it within a moment.
final class Playback: @unchecked Sendable {
    private let file: URL?
    private let count: Int
    private let player: Player?
    private let queue = DispatchQueue(label: "vivace.playback")
    /// Whether ``abandon()`` was called.
    private let isAbandoned = Atomic(false)
    // Everything below is touched on the queue alone.
    private var target: StreamTarget?
    private var targetURL: URL?
    private var playing: (process: Process, input: StreamTarget)?
    private var isDone = false
    private var failure: MusicError?
    private var streamed: [URL] = []

    /// - Parameters:
    ///   - file: where to write; with several songs, the next free numbers are put before the extension.
    ///   - count: number of songs.
    ///   - player: plays the songs one after another.
    init(file: URL?, count: Int, player: Player?) {
        self.file = file
        self.count = count
        self.player = player
    }

    /// Takes the next samples.
    func take(_ chunk: AudioChunk) {
        queue.async { [self] in
            guard failure == nil, !isDone, !isStopped else { return }
            do {
                if chunk.start == 0 { try begin(chunk) }
                let bytes = WAVStream.samples(chunk.audio)
                try target?.write(bytes)
                try play(bytes)
                if chunk.start + chunk.audio.frameCount >= chunk.total { endSong() }
            } catch let error as MusicError {
                failure = error
            } catch {
                // Given up: what was written is removed by ``abandon()``.
            }
        }
    }

    /// Waits until everything is written and played.
    ///
    /// - Parameter songs: the finished files, for a player that takes files alone.
    /// - Returns: the files that were written as streams.
    /// - Throws: ``MusicError`` if samples could not be written; `CancellationError` if the task was cancelled.
    func finish(_ songs: [URL]) async throws -> [URL] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async { [self] in continuation.resume(with: Result { try drain(songs) }) }
            }
        } onCancel: {
            isAbandoned.store(true, ordering: .releasing)
        }
    }

    /// Ends early: stops the player, and removes a file that is not complete.
    func abandon() {
        isAbandoned.store(true, ordering: .releasing)
        queue.sync {
            isDone = true
            stopPlayer()
            guard target != nil else { return }
            target = nil
            if let targetURL, !Self.isPipe(targetURL) { try? FileManager.default.removeItem(at: targetURL) }
        }
    }

    /// Whether a path names a pipe.
    static func isPipe(_ url: URL) -> Bool {
        var status = stat()
        return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    private var isStopped: Bool { isAbandoned.load(ordering: .acquiring) }

    private func drain(_ songs: [URL]) throws -> [URL] {
        if isStopped { throw CancellationError() }
        isDone = true
        if let failure { throw failure }
        guard let player, player.streamArguments == nil else { return streamed }
        for song in songs {
            wait(for: try player.start([song.path], input: nil))
            if isStopped { throw CancellationError() }
        }
        return streamed
    }

    private func begin(_ chunk: AudioChunk) throws {
        let header = WAVStream.header(
            sampleRate: chunk.audio.sampleRate, channels: chunk.audio.channels.count, frames: chunk.total)
        let isStopped: () -> Bool = { [unowned self] in self.isStopped }
        if let file {
            if count == 1 {
                targetURL = file
                target = try StreamTarget(file, isStopped: isStopped)
            } else {
                (target, targetURL) = try StreamTarget.newFile(
                    FileNames(file, from: chunk.song + 1), isStopped: isStopped)
            }
            try target?.write(header)
        }
        if let player, let arguments = player.streamArguments {
            let pipe = Pipe()
            let process = try player.start(arguments, input: pipe)
            let input = try StreamTarget(
                copying: pipe.fileHandleForWriting.fileDescriptor, name: player.program.path, isStopped: isStopped)
            try? pipe.fileHandleForWriting.close()
            playing = (process, input)
            try play(header)
        }
    }

    /// Passes bytes to the player; one that was closed is no reason to end.
    private func play(_ bytes: Data) throws {
        do {
            try playing?.input.write(bytes)
        } catch is MusicError {}
    }

    private func endSong() {
        if target != nil, let targetURL { streamed.append(targetURL) }
        target = nil
        guard let process = playing?.process else { return }
        // The end of its input is what a player ends at.
        playing = nil
        wait(for: process)
    }

    private func stopPlayer() {
        if let process = playing?.process, process.isRunning { process.terminate() }
        playing = nil
    }

    /// Waits for the end of a player, and ends it where that is not wanted any more.
    private func wait(for process: Process) {
        let turn: useconds_t = 20_000
        while process.isRunning {
            if isStopped { return process.terminate() }
            usleep(turn)
        }
    }
}
