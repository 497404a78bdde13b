/// One integer for two axes, or one for each.
public struct IntOrPair: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Sendable {
    /// Both values.
    public let values: (Int, Int)

    /// The first value.
    public var first: Int { values.0 }

    /// The second value.
    public var second: Int { values.1 }

    /// One value for both.
    public init(integerLiteral value: Int) {
        values = (value, value)
    }

    /// Exactly two values.
    public init(arrayLiteral elements: Int...) {
        precondition(elements.count == 2, "a pair has two values")
        values = (elements[0], elements[1])
    }

    /// Exactly two values.
    public init(_ values: some Collection<Int>) {
        let values = Array(values)
        precondition(values.count == 2, "a pair has two values")
        self.values = (values[0], values[1])
    }

    /// Two values.
    public init(_ values: (Int, Int)) {
        self.values = values
    }

    /// One value for both.
    public init(_ value: Int) {
        values = (value, value)
    }
}

/// One integer for three axes, or one for each.
public struct IntOrTriple: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Sendable {
    /// The three values.
    public let values: (Int, Int, Int)

    /// The first value.
    public var first: Int { values.0 }

    /// The second value.
    public var second: Int { values.1 }

    /// The third value.
    public var third: Int { values.2 }

    /// One value for all three.
    public init(integerLiteral value: Int) {
        values = (value, value, value)
    }

    /// Exactly three values.
    public init(arrayLiteral elements: Int...) {
        precondition(elements.count == 3, "a triple has three values")
        values = (elements[0], elements[1], elements[2])
    }

    /// Exactly three values.
    public init(_ values: some Collection<Int>) {
        let values = Array(values)
        precondition(values.count == 3, "a triple has three values")
        self.values = (values[0], values[1], values[2])
    }

    /// Three values.
    public init(_ values: (Int, Int, Int)) {
        self.values = values
    }

    /// One value for all three.
    public init(_ value: Int) {
        values = (value, value, value)
    }
}

/// One integer, or several.
public enum IntOrArray: ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, Sendable {
    /// One integer.
    case int(Int)
    /// Several integers.
    case array([Int])

    /// One integer.
    public init(integerLiteral value: Int) {
        self = .int(value)
    }

    /// Several integers.
    public init(arrayLiteral elements: Int...) {
        self = .array(elements)
    }

    /// Several integers.
    public init(_ values: [Int]) {
        self = .array(values)
    }

    /// One integer.
    public init(_ value: Int) {
        self = .int(value)
    }

    /// The integers.
    public var asArray: [Int] {
        switch self {
        case .int(let value): [value]
        case .array(let values): values
        }
    }

    /// The integers, in 32 bits.
    public var asInt32Array: [Int32] { asArray.asInt32 }

    /// The number of integers.
    public var count: Int { asArray.count }
}

/// One number, or several.
public enum FloatOrArray: ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, Sendable {
    /// One number.
    case float(Float)
    /// Several numbers.
    case array([Float])

    /// One number.
    public init(floatLiteral value: Float) {
        self = .float(value)
    }

    /// Several numbers.
    public init(arrayLiteral elements: Float...) {
        self = .array(elements)
    }

    /// Several numbers.
    public init(_ values: [Float]) {
        self = .array(values)
    }

    /// One number.
    public init(_ value: Float) {
        self = .float(value)
    }

    /// The numbers.
    public var asArray: [Float] {
        switch self {
        case .float(let value): [value]
        case .array(let values): values
        }
    }

    /// One number for each of `dimensions` axes.
    public func asArray(dimensions: Int) -> [Float] {
        switch self {
        case .float(let value):
            return Array(repeating: value, count: dimensions)
        case .array(let values):
            precondition(values.count == dimensions, "\(values.count) numbers are given for \(dimensions) dimensions")
            return values
        }
    }

    /// The number of numbers.
    public var count: Int { asArray.count }
}
