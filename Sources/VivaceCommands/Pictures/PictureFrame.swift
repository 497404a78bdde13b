/// What pictures have in common: a title with facts beside it, and a time axis below.
struct PictureFrame {
    /// Pixels of a dot of the font.
    let scale: Int
    /// The part of the picture that shows the sound.
    let plot: (x: Int, y: Int, width: Int, height: Int)

    /// The smallest picture with axes.
    static let smallest = (width: 240, height: 120)

    /// - Parameters:
    ///   - width: of the picture.
    ///   - height: of the picture.
    ///   - left: characters to the left of the plot.
    ///   - right: characters to the right of it.
    ///   - lines: of text below the time axis.
    ///   - legend: further dots to the right of the plot.
    init(width: Int, height: Int, left: Int, right: Int, lines: Int, legend: Int = 0) {
        let scale = max(1, min(width / 480, height / 200))
        self.scale = scale
        let x = (left * BitmapFont.advance + 10) * scale
        let top = (BitmapFont.lineHeight + 8) * scale
        let bottom = (BitmapFont.lineHeight * (1 + lines) + 10) * scale
        let margin = (max(right * BitmapFont.advance, 14) + 8 + legend) * scale
        plot = (x, top, max(1, width - x - margin), max(1, height - top - bottom))
    }

    /// Writes the title, and the facts to its right if there is room for both.
    func write(title: String, facts: String, on surface: inout some Surface) {
        let top = 6 * scale
        let room = (surface.width - 12 * scale) / scale
        let factsWidth = BitmapFont.width(of: facts) + 4 * BitmapFont.advance
        let hasRoom = room - factsWidth >= min(BitmapFont.width(of: title), 12 * BitmapFont.advance)
        let fitted = BitmapFont.fitted(title, width: hasRoom ? room - factsWidth : room)
        surface.write(fitted, x: 6 * scale, top: top, .left, scale: scale, .text)
        if hasRoom { surface.write(facts, x: surface.width - 6 * scale, top: top, .right, scale: scale, .faint) }
    }

    /// Draws the time axis.
    func drawTime(_ duration: Double, on surface: inout some Surface) {
        let y = plot.y + plot.height
        surface.fill(x: plot.x, y: y, width: plot.width, height: scale, .axis)
        let ticks = Ticks.time(
            duration: duration, length: plot.width, spacing: 9 * BitmapFont.advance * scale, small: 5 * scale)
        for tick in ticks {
            let x = plot.x + min(plot.width - 1, Int(tick.value / duration * Double(plot.width)))
            surface.fill(x: x, y: y, width: scale, height: (tick.label.isEmpty ? 3 : 5) * scale, .axis)
            surface.write(tick.label, x: x, top: y + 8 * scale, .center, scale: scale, .faint)
        }
    }
}
