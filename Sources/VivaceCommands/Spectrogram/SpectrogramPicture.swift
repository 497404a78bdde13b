/// A spectrogram as pixels of a palette from black over violet and orange to pale yellow.
struct SpectrogramPicture {
    /// Rows from top to bottom.
    let pixels: [[UInt8]]

    /// The entry of ``palette`` that marks are drawn with.
    static let mark: UInt8 = 255
    private static let floor: Float = -80

    /// - Parameter duration: of the sound, in seconds.
    init(_ spectrogram: MelSpectrogram, duration: Double) {
        let width = spectrogram.columns.count, height = spectrogram.columns.first?.count ?? 0
        var pixels = (0..<height).map { row in
            spectrogram.columns.map { column -> UInt8 in
                let level = max(0, 1 - column[height - 1 - row] / Self.floor)
                return UInt8(min(254, level * 254))
            }
        }
        for second in 1..<max(2, Int(duration.rounded(.up))) where Double(second) < duration {
            let length = second % 5 == 0 ? height / 20 : height / 50
            let x = min(width - 1, Int(Double(second) / duration * Double(width)))
            for y in max(0, height - max(1, length))..<height { pixels[y][x] = Self.mark }
        }
        for frequency in [100.0, 1_000, 10_000] where spectrogram.range.contains(frequency) {
            let y = height - 1 - Int(spectrogram.position(ofFrequency: frequency) * Double(height - 1))
            for x in 0..<max(1, width / 100) { pixels[y][x] = Self.mark }
        }
        self.pixels = pixels
    }

    static let palette: [(UInt8, UInt8, UInt8)] = {
        let stops: [(Float, Float, Float)] = [
            (2, 2, 8), (40, 14, 84), (120, 28, 110), (198, 60, 74), (244, 132, 34), (252, 212, 92), (253, 253, 210),
        ]
        let ramp = (0..<255).map { index -> (UInt8, UInt8, UInt8) in
            let place = Float(index) / 254 * Float(stops.count - 1)
            let low = min(stops.count - 2, Int(place)), share = place - Float(low)
            let (a, b) = (stops[low], stops[low + 1])
            return (
                UInt8(a.0 + (b.0 - a.0) * share), UInt8(a.1 + (b.1 - a.1) * share), UInt8(a.2 + (b.2 - a.2) * share)
            )
        }
        return ramp + [(255, 255, 255)]
    }()
}
