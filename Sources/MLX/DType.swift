import CMLX

/// The type of an array's elements.
public enum DType: Hashable, Sendable, CaseIterable {
    /// One byte, true or false.
    case bool
    /// An unsigned integer of 8 bits.
    case uint8
    /// An unsigned integer of 16 bits.
    case uint16
    /// An unsigned integer of 32 bits.
    case uint32
    /// An unsigned integer of 64 bits.
    case uint64
    /// A signed integer of 8 bits.
    case int8
    /// A signed integer of 16 bits.
    case int16
    /// A signed integer of 32 bits.
    case int32
    /// A signed integer of 64 bits.
    case int64
    /// IEEE half precision: 5 bits of exponent, 10 of fraction.
    case float16
    /// IEEE single precision.
    case float32
    /// The upper half of a `float32`: 8 bits of exponent, 7 of fraction.
    case bfloat16
    /// Two `float32`: real and imaginary part.
    case complex64
    /// IEEE double precision. CPU only.
    case float64

    init(_ dtype: cmlx_dtype) {
        self =
            switch dtype {
            case CMLX_UINT8: .uint8
            case CMLX_UINT16: .uint16
            case CMLX_UINT32: .uint32
            case CMLX_UINT64: .uint64
            case CMLX_INT8: .int8
            case CMLX_INT16: .int16
            case CMLX_INT32: .int32
            case CMLX_INT64: .int64
            case CMLX_FLOAT16: .float16
            case CMLX_FLOAT32: .float32
            case CMLX_FLOAT64: .float64
            case CMLX_BFLOAT16: .bfloat16
            case CMLX_COMPLEX64: .complex64
            default: .bool
            }
    }

    var cmlxDtype: cmlx_dtype {
        switch self {
        case .bool: CMLX_BOOL
        case .uint8: CMLX_UINT8
        case .uint16: CMLX_UINT16
        case .uint32: CMLX_UINT32
        case .uint64: CMLX_UINT64
        case .int8: CMLX_INT8
        case .int16: CMLX_INT16
        case .int32: CMLX_INT32
        case .int64: CMLX_INT64
        case .float16: CMLX_FLOAT16
        case .float32: CMLX_FLOAT32
        case .bfloat16: CMLX_BFLOAT16
        case .complex64: CMLX_COMPLEX64
        case .float64: CMLX_FLOAT64
        }
    }

    /// Whether the type is a floating-point or complex type.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .float32, .bfloat16, .complex64, .float64: true
        default: false
        }
    }

    /// Whether the type is ``complex64``.
    public var isComplex: Bool { self == .complex64 }

    /// Whether the type is an integer type, signed or not; ``bool`` is not.
    public var isInteger: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    /// Whether the type is a signed integer type.
    public var isSignedInteger: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    /// The size of an element in bytes.
    public var size: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64, .complex64: 8
        }
    }

    /// The limits of a floating-point type; `nil` for the others.
    public var finfo: FInfo? { isFloatingPoint ? FInfo(dtype: self) : nil }

    /// A scalar array of this type that holds the type's largest finite value.
    ///
    /// Floating-point types only.
    public var greatestFiniteMagnitudeArray: MLXArray {
        guard let finfo else {
            preconditionFailure("greatestFiniteMagnitudeArray needs a floating-point type, not \(self)")
        }
        return MLXArray(finfo.max, dtype: self)
    }

    /// The limits of a floating-point type.
    ///
    /// For ``complex64`` they are those of its parts.
    public struct FInfo: Sendable {
        /// The type described.
        public let dtype: DType

        private var fractionBits: Int {
            switch dtype {
            case .float16: 10
            case .bfloat16: 7
            case .float64: 52
            default: 23
            }
        }

        private var exponentBits: Int {
            switch dtype {
            case .float16: 5
            case .float64: 11
            default: 8
            }
        }

        /// The distance from 1 to the next larger value.
        public var eps: Double { Double(sign: .plus, exponent: -fractionBits, significand: 1) }

        /// The largest finite value.
        public var max: Double {
            Double(sign: .plus, exponent: (1 << (exponentBits - 1)) - 1, significand: 2 - eps)
        }

        /// The lowest finite value, `-max`.
        public var min: Double { -max }

        /// The smallest positive value with a full significand.
        public var smallestNormal: Double {
            Double(sign: .plus, exponent: 2 - (1 << (exponentBits - 1)), significand: 1)
        }

        /// The smallest positive value.
        public var smallestSubnormal: Double { smallestNormal * eps }
    }
}

extension DType: Codable {
    /// Reads the number that ``encode(to:)`` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try container.decode(UInt32.self)
        guard number <= CMLX_COMPLEX64.rawValue else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no element type has number \(number)")
        }
        self.init(cmlx_dtype(rawValue: number))
    }

    /// Writes the type as a number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(UInt32(cmlxDtype.rawValue))
    }
}
