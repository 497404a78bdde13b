import MusicCore

/// Where a source is made anew, in seconds from the beginning of the source with its extensions.
///
/// It is made once, when the request is resolved.
package struct RepaintWindow: Sendable, Equatable {
    /// Seconds of silence before the source, for a song that is extended before its beginning.
    package let leading: Double
    /// Seconds of silence after the source, for a song that is extended beyond its end.
    package let trailing: Double
    /// The regions, from the beginning of the extended source.
    package let regions: [RepaintRegion]

    /// The window of a request.
    ///
    /// - Parameters:
    ///   - regions: of the request; none stands for everything.
    ///   - duration: of the source in seconds.
    /// - Throws: ``MusicError`` with code `invalidRequest` if a region has no part in the source or at its ends.
    package init(_ regions: [RepaintRegion], duration: Double) throws {
        for region in regions {
            guard region.start <= duration else {
                throw MusicError(
                    .invalidRequest,
                    "A region starts at \(region.start.plainText) seconds, after the end of the source at "
                        + "\(duration.plainText) seconds",
                    advice: "start it at the end of the source or before to extend the song")
            }
            if let end = region.end, end < 0 {
                throw MusicError(
                    .invalidRequest, "A region ends at \(end.plainText) seconds, before the beginning of the source",
                    advice: "end it at 0 or later to extend the song before its beginning")
            }
            if region.end == nil, region.start >= duration {
                throw MusicError(
                    .invalidRequest,
                    "A region starts at \(region.start.plainText) seconds, where the source ends, and has no end",
                    advice:
                        "give it an end beyond \(duration.plainText) seconds to extend the song, or an earlier start")
            }
        }
        let lead = max(0, -(regions.map(\.start).min() ?? 0))
        leading = lead
        trailing = max(0, (regions.compactMap(\.end).max() ?? 0) - duration)
        self.regions = regions.map { region in
            RepaintRegion(start: region.start + lead, end: region.end.map { $0 + lead })
        }
        let total = lead + duration + trailing
        guard total <= RequestLimits.duration.upperBound else {
            throw MusicError(
                .invalidRequest, "The song would be \(Int(total.rounded(.up))) seconds long with its extensions",
                advice: "extend it to at most \(Int(RequestLimits.duration.upperBound)) seconds")
        }
    }

    /// Which latent frames are made: 1 in a region, 0 elsewhere; all of them if there is no region.
    ///
    /// A region takes in the frame in which it begins, and ends before the one in which it ends; it has one frame at
    /// least.
    ///
    /// - Parameters:
    ///   - frames: number of latent frames.
    ///   - rate: latent frames a second.
    package func mask(frames: Int, rate: Double) -> [Float] {
        guard !regions.isEmpty else { return Array(repeating: 1, count: frames) }
        var mask = Array(repeating: Float(0), count: frames)
        for region in regions {
            let start = max(0, min(Int(region.start * rate), frames - 1))
            let end = region.end.map { Int($0 * rate) } ?? frames
            for frame in start..<max(start + 1, min(end, frames)) { mask[frame] = 1 }
        }
        return mask
    }
}
