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
}
