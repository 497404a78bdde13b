/// The elements of an SVG picture.
struct VectorCanvas: Surface {
    let width: Int
    let height: Int
    private var elements: [String] = []
    /// The columns of one ink that were drawn last, as one path.
    private var path = ""
    private var pathInk = Ink.background

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        fill(x: 0, y: 0, width: width, height: height, .background)
    }

    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ ink: Ink) {
        closePath()
        elements.append(#"<rect x="\#(x)" y="\#(y)" width="\#(width)" height="\#(height)" fill="\#(Self.hex(ink))"/>"#)
    }

    mutating func column(x: Int, from top: Int, to bottom: Int, _ ink: Ink) {
        if ink != pathInk { closePath() }
        pathInk = ink
        path += "M\(x) \(top)h1v\(bottom - top + 1)h-1z"
    }

    mutating func write(_ text: String, x: Int, top: Int, _ alignment: Alignment, scale: Int, _ ink: Ink) {
        guard !text.isEmpty else { return }
        closePath()
        let anchor =
            switch alignment {
            case .left: "start"
            case .center: "middle"
            case .right: "end"
            }
        // Capitals of common fonts are 0.7 of the size high; the bitmap's are seven dots.
        elements.append(
            #"<text x="\#(x)" y="\#(top + BitmapFont.ascent * scale)" font-size="\#(10 * scale)" "#
                + #"text-anchor="\#(anchor)" fill="\#(Self.hex(ink))">\#(Self.escaped(text))</text>"#)
    }

    /// The whole file.
    consuming func file(title: String) -> String {
        closePath()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="DejaVu Sans, Verdana, sans-serif">
            <title>\(Self.escaped(title))</title>
            \(elements.joined(separator: "\n"))
            </svg>

            """
    }

    private mutating func closePath() {
        guard !path.isEmpty else { return }
        elements.append(#"<path fill="\#(Self.hex(pathInk))" d="\#(path)"/>"#)
        path = ""
    }

    private static func hex(_ ink: Ink) -> String {
        let (red, green, blue) = ink.color
        return "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
