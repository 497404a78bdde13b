import Foundation
import MusicCore

/// A spectrogram as a picture.
struct SpectrogramPicture {
    let canvas: Canvas

    /// Decibels from the darkest colour to the brightest.
    private static let span: Float = 80

    /// Draws a spectrogram with axes of time, frequency and level, and a title.
    ///
    /// - Parameters:
    ///   - audio: at least one sample.
    ///   - title: text of any characters; those that the font lacks become boxes.
    ///   - facts: what stands beside it.
    ///   - scale: how frequencies are spread.
    ///   - width: in pixels, at least ``PictureFrame/smallest``.
    ///   - height: likewise.
    init(_ audio: AudioBuffer, title: String, facts: String, scale: FrequencyScale, width: Int, height: Int) {
        var canvas = Canvas(width: width, height: height)
        let frame = PictureFrame(width: width, height: height, left: 7, right: 5, lines: 0, legend: 16)
        let axis = FrequencyAxis(scale, sampleRate: audio.sampleRate)
        let spectrogram = Spectrogram(audio, axis, columns: frame.plot.width, bands: frame.plot.height)
        let top = Self.top(spectrogram)
        Self.draw(spectrogram, top: top, x: frame.plot.x, y: frame.plot.y, on: &canvas)
        frame.write(title: title, facts: facts, on: &canvas)
        frame.drawTime(audio.duration, on: &canvas)
        Self.drawFrequencies(axis, frame, on: &canvas)
        Self.drawLevels(top: top, frame, on: &canvas)
        self.canvas = canvas
    }

    /// Draws a spectrogram that fills the whole picture, with nothing around it.
    init(_ audio: AudioBuffer, scale: FrequencyScale, width: Int, height: Int) {
        var canvas = Canvas(width: width, height: height)
        let axis = FrequencyAxis(scale, sampleRate: audio.sampleRate)
        let spectrogram = Spectrogram(audio, axis, columns: width, bands: height)
        Self.draw(spectrogram, top: Self.top(spectrogram), x: 0, y: 0, on: &canvas)
        self.canvas = canvas
    }

    /// The level of the brightest colour: that of the loudest sound, rounded up to ten decibels; 0 for silence.
    private static func top(_ spectrogram: Spectrogram) -> Float {
        // What arithmetic adds to a round level is not another ten decibels.
        spectrogram.loudest <= Spectrogram.silence ? 0 : ((spectrogram.loudest - 0.1) / 10).rounded(.up) * 10
    }

    private static func draw(_ spectrogram: Spectrogram, top: Float, x: Int, y: Int, on canvas: inout Canvas) {
        for (column, levels) in spectrogram.columns.enumerated() {
            for (band, level) in levels.enumerated() {
                canvas.set(x: x + column, y: y + levels.count - 1 - band, level: 1 + (level - top) / span)
            }
        }
    }

    private static func drawFrequencies(_ axis: FrequencyAxis, _ frame: PictureFrame, on canvas: inout Canvas) {
        let (plot, scale) = (frame.plot, frame.scale)
        canvas.fill(x: plot.x - scale, y: plot.y, width: scale, height: plot.height + scale, .axis)
        for tick in Ticks.frequencies(axis, length: plot.height, spacing: BitmapFont.lineHeight * scale) {
            let y = plot.y + plot.height - 1 - Int(axis.position(of: tick.value) * Double(plot.height - 1))
            let length = (tick.label.isEmpty ? 2 : 4) * scale
            canvas.fill(x: plot.x - scale - length, y: y - scale / 2, width: length, height: scale, .axis)
            // A label at an edge stays beside the plot.
            let label = min(max(y - 3 * scale, plot.y - 2 * scale), plot.y + plot.height - 6 * scale)
            canvas.write(tick.label, x: plot.x - 7 * scale, top: label, .right, scale: scale, .faint)
        }
    }

    /// The colours and what they stand for.
    private static func drawLevels(top: Float, _ frame: PictureFrame, on canvas: inout Canvas) {
        let (plot, scale) = (frame.plot, frame.scale)
        let x = plot.x + plot.width + 6 * scale
        for row in 0..<plot.height {
            let level = 1 - Float(row) / Float(max(1, plot.height - 1))
            for column in 0..<8 * scale { canvas.set(x: x + column, y: plot.y + row, level: level) }
        }
        let step: Float = plot.height >= 6 * BitmapFont.lineHeight * scale ? 20 : 40
        for level in stride(from: top, through: top - span, by: -step) {
            let y = plot.y + Int((top - level) / span * Float(plot.height - 1))
            canvas.fill(
                x: x + 8 * scale, y: min(y, plot.y + plot.height - scale), width: 2 * scale, height: scale, .axis)
            let label = min(max(y - 3 * scale, plot.y), plot.y + plot.height - 7 * scale)
            canvas.write("\(Int(level))", x: x + 12 * scale, top: label, .left, scale: scale, .faint)
        }
        canvas.write(
            "dBFS", x: canvas.width - 6 * scale, top: plot.y + plot.height + 8 * scale, .right, scale: scale, .faint)
    }
}
