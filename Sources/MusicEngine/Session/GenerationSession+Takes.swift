import Foundation
import MusicCore

/// Several takes, of which the best are kept.
extension GenerationSession {
    /// Makes takes one after the other, each as a run of its own makes it, and keeps the best.
    ///
    /// - Parameters:
    ///   - best: how many.
    ///   - request: of one song, with its audio.
    ///   - report: takes the events.
    ///   - make: makes the songs of a request.
    /// - Returns: the takes that are kept, the best first.
    /// - Throws: ``MusicError``; with code `numericalFailure` if all takes are out of the question.
    func takes(
        _ best: BestOf, _ request: MusicRequest, _ report: @escaping @Sendable (MusicEvent) -> Void,
        _ make: (MusicRequest, (MusicEvent) -> Void) async throws -> MusicResult
    ) async throws -> MusicResult {
        var seeds = Array(request.seeds.prefix(best.takes))
        while seeds.count < best.takes {
            let seed = engine.seeds.draw()
            if !seeds.contains(seed) { seeds.append(seed) }
        }
        var spool = try TakeSpool()
        var takes: [Take] = []
        // Where each take is in the spool.
        var places: [Int?] = []
        var heard = Set<String>()
        for (number, seed) in seeds.enumerated() {
            var own = request
            own.seeds = [seed]
            own.batchSize = 1
            own.options["get_scores"] = true
            do {
                var result = try await make(own) { event in
                    switch event {
                    case .resolved: if number == 0 { report(event) }
                    case .notice(let text): if heard.insert(text).inserted { report(event) }
                    case .progress(let stage, let completed, let total, let fraction):
                        let share = (Double(number) + fraction) / Double(seeds.count)
                        report(.progress(stage, completed: completed, total: total, fraction: share))
                    default: report(event)
                    }
                }
                measure(&result)
                let scores = result.songs.first?.scores
                takes.append(Take(seed: seed, scores: scores, rejection: Take.rejection(of: scores)))
                places.append(spool.count)
                try spool.add(result)
            } catch let error as MusicError where error.code == .numericalFailure {
                takes.append(Take(seed: seed, rejection: error.message))
                places.append(nil)
            }
        }
        takes = Take.ranked(takes)
        var kept: [MusicResult] = []
        for place in 1...best.keep {
            guard let index = takes.firstIndex(where: { $0.rank == place }), let spooled = places[index] else {
                continue
            }
            takes[index].isKept = true
            kept.append(try spool.take(spooled))
        }
        guard var result = kept.first else {
            throw MusicError(
                .numericalFailure,
                "Each of \(takes.count) takes is out of the question; the first: "
                    + (takes.first?.rejection ?? "none was made"),
                advice: "use other words or another model")
        }
        result.songs = kept.map { single in
            var song = single.songs[0]
            song.request = single.request(ofSong: 0)
            return song
        }
        result.request.seeds = result.songs.map(\.seed)
        result.request.batchSize = result.songs.count
        for other in kept.dropFirst() { result.seconds.merge(other.seconds) { $0 + $1 } }
        result.takes = takes
        return result
    }
}
