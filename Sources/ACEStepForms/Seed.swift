public import MusicCore

/// A seed as Python has it: a whole number from 0 to 2⁶⁴ - 1, or one below 0 for "draw one".
public struct Seed: Sendable, Hashable, ExpressibleByIntegerLiteral, FieldValue {
    /// `nil` stands for one that is drawn.
    public var value: UInt64?

    public init(_ value: UInt64?) { self.value = value }

    public init(integerLiteral value: StaticBigInt) {
        self.init(value.signum() < 0 ? nil : UInt64(value[0]))
    }

    public init?(json: JSONValue) {
        if let number = json.numberValue, number < 0 {
            self.init(nil)
        } else if let value = UInt64(json: json) {
            self.init(value)
        } else {
            return nil
        }
    }

    public var json: JSONValue { value.map { JSONValue($0) } ?? -1 }
}
