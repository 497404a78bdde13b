import Foundation

/// Numbers of bytes for people.
public enum ByteCount {
    /// Such as `6.31 GB`; units are powers of 1000.
    public static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB"] {
            if abs(value) < 999.5 || unit == "GB" {
                let digits = unit == "B" || abs(value) >= 99.5 ? 0 : abs(value) >= 9.95 ? 1 : 2
                return String(format: "%.\(digits)f %@", value, unit)
            }
            value /= 1000
        }
        return "\(bytes) B"
    }

    /// The bytes of a text such as `16GB`, `1.5 GiB`, `500MB` or `16`, which is gigabytes.
    ///
    /// - Throws: ``MusicError`` with code `invalidRequest` if it is no number of bytes above 0.
    public static func bytes(of text: String, field: String) throws -> Int {
        let plain = text.filter { !$0.isWhitespace }.lowercased()
        let number = plain.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = [
            "": 1e9, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
            "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30, "tib": 0x1p40,
        ]
        guard let value = Double(number), let unit = units[String(plain.dropFirst(number.count))],
            let bytes = Int(exactly: (value * unit).rounded()), bytes > 0
        else {
            throw MusicError.invalidField(
                field, .text(text), "The field \(field) is '\(text.prefix(64))'",
                expected: "a size above 0, such as 16GB, 1.5GiB or 500MB")
        }
        return bytes
    }
}
