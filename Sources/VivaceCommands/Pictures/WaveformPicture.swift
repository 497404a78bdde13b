import AudioFile
import Foundation
import MusicCore

/// A waveform as a picture: each channel below the other, its peaks and its mean level, and what is clipped.
struct WaveformPicture {
    private let audio: AudioBuffer
    private let levels: AudioLevels
    private let title: String
    private let facts: String

    /// - Parameters:
    ///   - audio: at least one sample.
    ///   - title: what stands above it.
    ///   - facts: what stands beside the title.
    init(_ audio: AudioBuffer, title: String, facts: String) {
        self.audio = audio
        levels = AudioLevels(audio)
        self.title = title
        self.facts = facts
    }

    /// The magnitude at the edges of a channel's panel: full scale, or the peak of a sound that goes beyond it.
    private var top: Double { max(1, (Double(levels.peak) * 10).rounded(.up) / 10) }

    /// Draws it.
    func draw(on surface: inout some Surface) {
        let frame = PictureFrame(width: surface.width, height: surface.height, left: 4, right: 0, lines: 1)
        let (plot, scale) = (frame.plot, frame.scale)
        frame.write(title: title, facts: facts, on: &surface)
        let gap = 4 * scale
        let count = audio.channels.count
        let height = max(1, (plot.height - gap * (count - 1)) / count)
        for channel in 0..<count {
            draw(channel, x: plot.x, y: plot.y + channel * (height + gap), plot.width, height, scale, on: &surface)
        }
        frame.drawTime(audio.duration, on: &surface)
        let bottom = plot.y + plot.height + (8 + BitmapFont.lineHeight) * scale
        let line = BitmapFont.fitted(summary, width: surface.width / scale - 12)
        surface.write(
            line, x: 6 * scale, top: bottom, .left, scale: scale, levels.clippedSamples > 0 ? .warning : .text)
    }

    /// Peak, loudness and clipping in words.
    var summary: String {
        let loudest = levels.channels.max { $0.peak < $1.peak }
        guard let loudest, loudest.peak > 0 else { return "digital silence" }
        let time = String(format: "%.2f s", Double(loudest.peakFrame) / Double(audio.sampleRate))
        let loudness =
            levels.loudness.map { String(format: "%.1f LUFS", $0) }
            ?? (audio.duration < 0.4 ? "unknown below 0.4 s" : "below -70 LUFS")
        let clipped = levels.clippedSamples
        return "peak \(AudioLevels.decibels(loudest.peak)) at \(time), loudness \(loudness)"
            + (clipped > 0 ? ", \(clipped) samples at or over full scale" : "")
    }

    private func draw(
        _ channel: Int, x: Int, y: Int, _ width: Int, _ height: Int, _ scale: Int, on surface: inout some Surface
    ) {
        surface.fill(x: x, y: y, width: width, height: height, .panel)
        func row(_ value: Double) -> Int { y + Int(((1 - value / top) / 2 * Double(height - 1)).rounded()) }
        for value in [-1, -0.5, 0, 0.5, 1] {
            surface.fill(x: x, y: row(value), width: width, height: 1, abs(value) == 1 && top > 1 ? .warning : .grid)
        }
        let columns = columns(audio.channels[channel], width)
        for (offset, column) in columns.enumerated() {
            surface.column(x: x + offset, from: row(column.high), to: row(column.low), .peaks)
        }
        for (offset, column) in columns.enumerated() where column.mean > 0 {
            let (high, low) = (min(column.high, column.mean), max(column.low, -column.mean))
            if high > low { surface.column(x: x + offset, from: row(high), to: row(low), .body) }
        }
        for run in levels.channels[channel].clippedRuns {
            let first = run.lowerBound * width / audio.frameCount
            let last = min(width - 1, (run.upperBound - 1) * width / audio.frameCount)
            surface.fill(x: x + first, y: y, width: max(scale, last - first + 1), height: 2 * scale, .warning)
        }
        drawLabels(channel, x: x, y: y, height, row, scale, on: &surface)
    }

    /// What a column of pixels shows.
    private struct Column {
        var high: Double
        var low: Double
        /// The root of the mean square.
        var mean: Double
    }

    private func columns(_ samples: [Float], _ width: Int) -> [Column] {
        (0..<width).map { column in
            let first = column * samples.count / width
            // The first sample of the next column too, so that the line has no gaps.
            let last = min(samples.count - 1, max(first, (column + 1) * samples.count / width))
            let part = samples[first...last]
            let power = part.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(part.count)
            return Column(high: Double(part.max() ?? 0), low: Double(part.min() ?? 0), mean: power.squareRoot())
        }
    }

    /// The scale at the left of a channel, and its name with its peak.
    private func drawLabels(
        _ channel: Int, x: Int, y: Int, _ height: Int, _ row: (Double) -> Int, _ scale: Int,
        on surface: inout some Surface
    ) {
        let isTall = height >= 4 * BitmapFont.lineHeight * scale
        for value in isTall ? [-1, -0.5, 0, 0.5, 1] : height >= 9 * scale ? [0.0] : [] {
            let top = min(max(row(value) - 3 * scale, y), y + height - 7 * scale)
            let label = value == 0 ? "0" : String(format: "%g", value)
            surface.write(label, x: x - 4 * scale, top: top, .right, scale: scale, .faint)
        }
        guard audio.channels.count > 1, height >= 3 * BitmapFont.lineHeight * scale else { return }
        let names = audio.channels.count == 2 ? ["left", "right"] : audio.channels.indices.map { "\($0 + 1)" }
        let text = "\(names[channel]) \(AudioLevels.decibels(levels.channels[channel].peak))"
        let width = (BitmapFont.width(of: text) + 4) * scale
        surface.fill(x: x + 2 * scale, y: y + 3 * scale, width: width, height: 11 * scale, .panel)
        surface.write(text, x: x + 4 * scale, top: y + 5 * scale, .left, scale: scale, .faint)
    }
}
