public import AudioFile
public import Foundation
import MusicCore

/// Songs one after another as one piece of audio, with transitions between them.
///
/// It is planned first (``init(_:transitions:report:)``), which finds beats, stretches what has to be and tells where
/// each song will be; ``write(to:options:report:)`` then makes the file, with one song in memory at a time.
public struct SongMix: Sendable {
    public let songs: [MixSong]
    /// In the order of the songs.
    public private(set) var cues: [MixCue] = []
    /// Between the songs, one less than there are.
    public private(set) var joins: [MixJoin] = []
    /// Seconds.
    public private(set) var duration = 0.0
    /// Samples per second; that of the first song.
    public let sampleRate: Int
    private var plan: [Part] = []

    /// What of a song is written.
    private struct Part: Sendable {
        /// What is heard before ``range``: the head of a join, of which the first frames overlap with the song before.
        var head: [[Float]] = []
        /// Frames of the song as they are.
        var range: Range<Int>
        /// Frames behind ``range`` that overlap with the head of the next song.
        var tail = 0
        /// Frames of silence behind it.
        var pause = 0
        /// Frames over which its end is faded.
        var edge = 0
    }

    /// Songs that a mix may have.
    public static let limit = 2...50

    /// Plans a mix.
    ///
    /// - Parameters:
    ///   - songs: 2 to 50 files.
    ///   - transitions: one for each join, or one for all of them.
    ///   - report: takes how many songs have been looked at.
    /// - Throws: ``MusicError`` `invalidRequest`, `unreadableInput`, `cancelled`.
    public init(
        _ songs: [MixSong], transitions: [Transition], report: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        guard Self.limit.contains(songs.count) else {
            throw MusicError(
                .invalidRequest, "A mix of \(songs.count) songs can't be made", advice: "give 2 to 50 songs",
                field: "songs", value: String(songs.count), expected: "2 to 50 songs")
        }
        guard transitions.count == 1 || transitions.count == songs.count - 1 else {
            throw MusicError(
                .invalidRequest, "There are \(transitions.count) transitions for \(songs.count) songs",
                advice: "give one for all, or \(songs.count - 1)", field: "transitions",
                value: String(transitions.count), expected: "1 or \(songs.count - 1)")
        }
        try transitions.forEach { try $0.validate() }
        self.songs = songs
        sampleRate = try AudioFile.info(URL(fileURLWithPath: songs[0].path)).sampleRate
        try prepare(transitions.count == 1 ? Array(repeating: transitions[0], count: songs.count - 1) : transitions) {
            report($0, songs.count)
        }
    }

    private func read(_ song: MixSong) throws -> AudioBuffer {
        try Self.checkCancellation()
        return try AudioFile.read(
            URL(fileURLWithPath: song.path), ReadOptions(sampleRate: sampleRate, layout: .stereo, clamps: true))
    }

    private static func checkCancellation() throws {
        guard Task.isCancelled else { return }
        throw MusicError(.cancelled, "The mix was cancelled")
    }

    private mutating func prepare(_ transitions: [Transition], report: (Int) -> Void) throws {
        var before = try side(0)
        plan = [Part(range: 0..<before.range.upperBound)]
        report(1)
        var outcomes: [Join] = []
        for index in songs.indices.dropFirst() {
            let next = try side(index)
            let join = try Join(before, next, transitions[index - 1])
            plan[index - 1].range = plan[index - 1].range.lowerBound..<join.leaves
            plan[index - 1].tail = join.overlap
            plan[index - 1].pause = join.pause
            plan[index - 1].edge = join.overlap == 0 ? sampleRate / 200 : 0
            plan.append(Part(head: join.head, range: join.resumes..<next.range.upperBound))
            before = next
            // What the join has taken is not there for the next one.
            before.range = join.resumes..<next.range.upperBound
            outcomes.append(join)
            report(index + 1)
        }
        // The last song keeps its end.
        plan[plan.count - 1].range = plan[plan.count - 1].range.lowerBound..<before.audio.frameCount
        describe(outcomes)
    }

    private func side(_ index: Int) throws -> JoinSide {
        let song = songs[index]
        let audio = try read(song)
        var range = Fades.soundingRange(audio)
        // The first song keeps its beginning.
        if index == 0 { range = 0..<range.upperBound }
        guard range.count >= sampleRate else {
            throw MusicError(
                .invalidRequest, "\(song.title) is shorter than a second", advice: "leave it out of the mix",
                field: "songs", value: song.title)
        }
        return JoinSide(audio: audio, range: range, tempo: song.tempo, meter: song.meter)
    }

    /// Tells where everything is.
    private mutating func describe(_ outcomes: [Join]) {
        var place = 0
        func seconds(_ frames: Int) -> Double { Double(frames) / Double(sampleRate) }
        for (index, part) in plan.enumerated() {
            let start = place
            let head = part.head.first?.count ?? 0
            let end = start + head + part.range.count
            cues.append(
                MixCue(
                    title: songs[index].title, start: seconds(start), seconds: seconds(end - start + part.tail),
                    tempo: songs[index].tempo, key: songs[index].key))
            if index < outcomes.count {
                let join = outcomes[index]
                joins.append(
                    MixJoin(
                        style: join.style, start: seconds(end), seconds: seconds(max(join.overlap, join.pause)),
                        stretch: join.stretch, notice: join.notice))
            }
            place = end + part.pause
        }
        duration = seconds(place)
    }

    /// Writes the mix.
    ///
    /// - Parameters:
    ///   - url: the file, whose extension says its kind; it is complete or not there.
    ///   - report: takes how many songs have been written.
    /// - Throws: ``MusicError``.
    public func write(
        to url: URL, options: WriteOptions = WriteOptions(),
        report: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let writer = try AudioFileWriter(url, sampleRate: sampleRate, channelCount: 2, options: options)
        do {
            var tail: [[Float]] = []
            for (index, part) in plan.enumerated() {
                let audio = try read(songs[index])
                try write(part, of: audio, after: tail, to: writer)
                tail = audio.frames(part.range.upperBound..<(part.range.upperBound + part.tail))
                report(index + 1, plan.count)
            }
            try writer.finish()
        } catch {
            writer.abort()
            throw error
        }
    }

    private func write(
        _ part: Part, of audio: AudioBuffer, after tail: [[Float]], to writer: AudioFileWriter
    ) throws {
        if !part.head.isEmpty {
            let overlap = tail.first?.count ?? 0
            let meeting = part.head.map { Array($0[..<overlap]) }
            if overlap > 0 {
                let mixed = Fades.crossfaded(tail, meeting)
                try writer.append(Fades.limited(mixed, to: 0.999, sampleRate: sampleRate))
            }
            try writer.append(part.head.map { Array($0[overlap...]) })
        }
        var body = audio.frames(part.range)
        if part.edge > 0 { body = Fades.rounded(body, start: 0, end: part.edge) }
        // In blocks, so that a long song is cancelled in the midst.
        for start in stride(from: 0, to: body[0].count, by: 1 << 18) {
            try Self.checkCancellation()
            try writer.append(body.map { Array($0[start..<min($0.count, start + 1 << 18)]) })
        }
        if part.pause > 0 { try writer.append(body.map { _ in [Float](repeating: 0, count: part.pause) }) }
    }
}
