/// What pictures are drawn on: pixels, or the elements of a vector file.
///
/// Coordinates are whole pixels from the upper left corner.
protocol Surface {
    var width: Int { get }
    var height: Int { get }
    /// Fills a rectangle.
    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ ink: Ink)
    /// Fills a column of one pixel's width from one row to another, both included.
    mutating func column(x: Int, from top: Int, to bottom: Int, _ ink: Ink)
    /// Writes a line of text.
    ///
    /// - Parameters:
    ///   - x: its left edge, middle or right edge.
    ///   - top: the row of the capitals' tops.
    ///   - scale: pixels of a dot of ``BitmapFont``.
    mutating func write(_ text: String, x: Int, top: Int, _ alignment: Alignment, scale: Int, _ ink: Ink)
}

/// Where a text lies beside its place.
enum Alignment {
    case left, center, right
}

/// The colours of pictures, beside those of levels.
enum Ink: UInt8, CaseIterable {
    case background, panel, grid, axis, text, faint, peaks, body, warning

    /// Red, green, blue.
    var color: (UInt8, UInt8, UInt8) {
        switch self {
        case .background: (20, 22, 28)
        case .panel: (8, 9, 12)
        case .grid: (44, 49, 60)
        case .axis: (132, 141, 160)
        case .text: (236, 239, 245)
        case .faint: (168, 176, 192)
        case .peaks: (58, 116, 158)
        case .body: (136, 205, 245)
        case .warning: (255, 92, 84)
        }
    }
}

/// Pixels of a palette: the inks, then a ramp of ``levels`` colours.
struct Canvas: Surface {
    let width: Int
    let height: Int
    /// Rows from top to bottom.
    private(set) var pixels: [UInt8]

    /// Where the ramp begins in the palette.
    private static let ramp = Ink.allCases.count
    /// The number of colours of the ramp.
    static let levels = 96

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: Ink.background.rawValue, count: width * height)
    }

    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ ink: Ink) {
        for row in max(0, y)..<max(0, min(self.height, y + height)) where x < self.width {
            for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
                pixels[row * self.width + column] = ink.rawValue
            }
        }
    }

    mutating func column(x: Int, from top: Int, to bottom: Int, _ ink: Ink) {
        fill(x: x, y: top, width: 1, height: bottom - top + 1, ink)
    }

    mutating func write(_ text: String, x: Int, top: Int, _ alignment: Alignment, scale: Int, _ ink: Ink) {
        let width = BitmapFont.width(of: text) * scale
        let left = alignment == .left ? x : alignment == .center ? x - width / 2 : x - width
        for dot in BitmapFont.ink(of: text) {
            fill(x: left + dot.column * scale, y: top + dot.row * scale, width: scale, height: scale, ink)
        }
    }

    /// Colours a pixel by a level.
    ///
    /// - Parameter level: 0 is the darkest, 1 the brightest; beyond them it is held there.
    mutating func set(x: Int, y: Int, level: Float) {
        let step = Int(max(0, min(1, level)) * Float(Self.levels - 1))
        pixels[y * width + x] = UInt8(Self.ramp + step)
    }

    /// The colours of all pixels: the inks, then from black over violet and orange to pale yellow.
    static let palette: [(UInt8, UInt8, UInt8)] = {
        let stops: [(Float, Float, Float)] = [
            (2, 2, 8), (40, 14, 84), (120, 28, 110), (198, 60, 74), (244, 132, 34), (252, 212, 92), (253, 253, 210),
        ]
        let ramp = (0..<levels).map { index -> (UInt8, UInt8, UInt8) in
            let place = Float(index) / Float(levels - 1) * Float(stops.count - 1)
            let low = min(stops.count - 2, Int(place))
            let share = place - Float(low)
            let (a, b) = (stops[low], stops[low + 1])
            return (
                UInt8(a.0 + (b.0 - a.0) * share), UInt8(a.1 + (b.1 - a.1) * share), UInt8(a.2 + (b.2 - a.2) * share)
            )
        }
        return Ink.allCases.map(\.color) + ramp
    }()
}
