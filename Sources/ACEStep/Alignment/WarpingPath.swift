/// Dynamic time warping: the cheapest way through a matrix of costs, from token to token and from frame to frame.
///
/// As in the reference, sums are kept in float32, and only a strictly smaller diagonal or upper neighbour is preferred:
/// any tie advances the time.
package struct WarpingPath: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        /// Row; -1 beyond the border.
        package let token: Int
        /// Column; -1 beyond the border.
        package let frame: Int
    }

    /// From the beginning on.
    package let points: [Point]
    /// Sum of the costs on the way.
    package let total: Float

    /// - Parameters:
    ///   - costs: by rows.
    ///   - tokens: number of rows, above 0.
    ///   - frames: number of columns, above 0.
    package init(costs: [Float], tokens: Int, frames: Int) {
        enum Move { static let diagonal: UInt8 = 0, up: UInt8 = 1, left: UInt8 = 2 }
        let width = frames + 1
        var moves = [UInt8](repeating: Move.left, count: (tokens + 1) * width)
        // The sums of the row above and of the row itself, with the border.
        var above = [Float](repeating: .infinity, count: width)
        above[0] = 0
        var row = above
        for token in 1...tokens {
            row[0] = .infinity
            moves[token * width] = Move.up
            for frame in 1...frames {
                let (diagonal, up, left) = (above[frame - 1], above[frame], row[frame - 1])
                var (least, move) = (left, Move.left)
                if diagonal < up, diagonal < left {
                    (least, move) = (diagonal, Move.diagonal)
                } else if up < diagonal, up < left {
                    (least, move) = (up, Move.up)
                }
                row[frame] = costs[(token - 1) * frames + frame - 1] + least
                moves[token * width + frame] = move
            }
            swap(&row, &above)
        }
        total = above[frames]
        var points: [Point] = []
        var (token, frame) = (tokens, frames)
        while token > 0 || frame > 0 {
            points.append(Point(token: token - 1, frame: frame - 1))
            switch moves[token * width + frame] {
            case Move.diagonal: (token, frame) = (token - 1, frame - 1)
            case Move.up: token -= 1
            default: frame -= 1
            }
        }
        self.points = points.reversed()
    }

    /// The frames of each token: the first and the last on the way; `nil` for a token beside it.
    func frames(ofTokens count: Int) -> [ClosedRange<Int>?] {
        var ranges = [ClosedRange<Int>?](repeating: nil, count: count)
        for point in points where point.token >= 0 && point.token < count && point.frame >= 0 {
            let first = ranges[point.token]?.lowerBound ?? point.frame
            ranges[point.token] = first...max(first, point.frame)
        }
        return ranges
    }
}
