import Foundation
import MusicCore

/// Numbers as people and language models write them: `120 BPM`, `3:30`, `1.5 minutes`, `30%`.
enum Quantities {
    /// The first number of a text.
    static func number(_ value: JSONValue) -> Double? {
        if let number = value.numberValue { return number }
        guard case .text(let text) = value, let match = text.firstMatch(of: /-?\d+(?:\.\d+)?/) else { return nil }
        return Double(match.output)
    }

    /// Seconds.
    static func seconds(_ value: JSONValue) -> Double? {
        if let number = value.numberValue { return number }
        guard case .text(let text) = value else { return nil }
        return seconds(in: text) ?? number(value)
    }

    /// Seconds that a text speaks of: minutes and seconds with a colon, or a number with a unit.
    static func seconds(in text: String) -> Double? {
        if let match = text.firstMatch(of: /\b(\d{1,3}):([0-5]\d)\b/) {
            return (Double(match.1) ?? 0) * 60 + (Double(match.2) ?? 0)
        }
        let lower = text.lowercased()
        var total: Double?
        // Each unit once: a minute and a half is "1 min 30 s".
        if let match = lower.firstMatch(of: /(\d+(?:\.\d+)?)\s*-?\s*(?:minutes?\b|mins?\b|m\b|分钟|分間|分)/) {
            total = (Double(match.1) ?? 0) * 60
        }
        if let match = lower.firstMatch(of: /(\d+(?:\.\d+)?)\s*-?\s*(?:seconds?\b|secs?\b|s\b|秒)/) {
            total = (total ?? 0) + (Double(match.1) ?? 0)
        }
        return total
    }

    /// A part of a whole, 0 to 1: `0.3`, `30%`, `7/10`, and of whole numbers above 1 tenths or hundredths.
    static func part(_ value: JSONValue) -> Double? {
        if case .text(let text) = value {
            if let match = text.firstMatch(of: /(\d+(?:\.\d+)?)\s*%/) { return limited((Double(match.1) ?? 0) / 100) }
            if let match = text.firstMatch(of: /(\d+(?:\.\d+)?)\s*\/\s*(\d+)/) {
                return limited((Double(match.1) ?? 0) / max(1, Double(match.2) ?? 1))
            }
            let words = ["very low": 0.1, "low": 0.25, "medium": 0.5, "mid": 0.5, "high": 0.8, "very high": 0.95]
            if let known = words[text.lowercased().trimmingCharacters(in: .whitespaces)] { return known }
        }
        guard let number = number(value) else { return nil }
        return limited(number <= 1 ? number : number <= 10 ? number / 10 : number / 100)
    }

    private static func limited(_ number: Double) -> Double { min(1, max(0, number)) }

    /// Yes or no.
    static func flag(_ value: JSONValue) -> Bool? {
        switch value {
        case .flag(let flag): flag
        case .integer(let number): number == 1 ? true : number == 0 ? false : nil
        case .text(let text):
            switch text.lowercased().trimmingCharacters(in: .whitespaces) {
            case "true", "yes", "1", "on", "instrumental": true
            case "false", "no", "0", "off", "vocal", "vocals": false
            default: nil
            }
        default: nil
        }
    }
}
