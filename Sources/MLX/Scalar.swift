/// A number on its way from one element type to another.
enum Scalar {
    case signed(Int64)
    case unsigned(UInt64)
    case real(Double)
    case complex(Float, Float)

    /// Reads a value of type `dtype`.
    init(reading dtype: DType, from buffer: UnsafeRawBufferPointer) {
        self =
            switch dtype {
            case .bool: .unsigned(buffer.load(as: UInt8.self) == 0 ? 0 : 1)
            case .uint8: .unsigned(UInt64(buffer.load(as: UInt8.self)))
            case .uint16: .unsigned(UInt64(buffer.load(as: UInt16.self)))
            case .uint32: .unsigned(UInt64(buffer.load(as: UInt32.self)))
            case .uint64: .unsigned(buffer.load(as: UInt64.self))
            case .int8: .signed(Int64(buffer.load(as: Int8.self)))
            case .int16: .signed(Int64(buffer.load(as: Int16.self)))
            case .int32: .signed(Int64(buffer.load(as: Int32.self)))
            case .int64: .signed(buffer.load(as: Int64.self))
            case .float16: .real(Double(buffer.load(as: Float16.self)))
            case .float32: .real(Double(buffer.load(as: Float.self)))
            case .float64: .real(buffer.load(as: Double.self))
            case .bfloat16: .real(Double(Float(bitPattern: UInt32(buffer.load(as: UInt16.self)) << 16)))
            case .complex64:
                .complex(buffer.load(as: Float.self), buffer.load(fromByteOffset: 4, as: Float.self))
            }
    }

    init(_ value: some BinaryInteger) {
        self = value < 0 ? .signed(Int64(clamping: value)) : .unsigned(UInt64(clamping: value))
    }

    /// The value as a floating-point number; the real part of a complex one.
    var double: Double {
        switch self {
        case .signed(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .real(let value): value
        case .complex(let real, _): Double(real)
        }
    }

    private var isZero: Bool {
        switch self {
        case .signed(let value): value == 0
        case .unsigned(let value): value == 0
        case .real(let value): value == 0
        case .complex(let real, let imaginary): real == 0 && imaginary == 0
        }
    }

    /// The value as an integer: a fraction is cut off, what is out of range becomes the nearest value in range, and
    /// NaN becomes 0.
    func integer<T: FixedWidthInteger>(_ type: T.Type) -> T {
        switch self {
        case .signed(let value): T(clamping: value)
        case .unsigned(let value): T(clamping: value)
        case .real, .complex:
            if double.isNaN {
                0
            } else if double >= Double(T.max) {
                T.max
            } else if double <= Double(T.min) {
                T.min
            } else {
                T(double.rounded(.towardZero))
            }
        }
    }

    /// Writes the value as one of type `dtype`.
    func write(as dtype: DType, to buffer: UnsafeMutableRawBufferPointer) {
        switch dtype {
        case .bool: buffer.storeBytes(of: !isZero, as: Bool.self)
        case .uint8: buffer.storeBytes(of: integer(UInt8.self), as: UInt8.self)
        case .uint16: buffer.storeBytes(of: integer(UInt16.self), as: UInt16.self)
        case .uint32: buffer.storeBytes(of: integer(UInt32.self), as: UInt32.self)
        case .uint64: buffer.storeBytes(of: integer(UInt64.self), as: UInt64.self)
        case .int8: buffer.storeBytes(of: integer(Int8.self), as: Int8.self)
        case .int16: buffer.storeBytes(of: integer(Int16.self), as: Int16.self)
        case .int32: buffer.storeBytes(of: integer(Int32.self), as: Int32.self)
        case .int64: buffer.storeBytes(of: integer(Int64.self), as: Int64.self)
        case .float16: buffer.storeBytes(of: Float16(double), as: Float16.self)
        case .float32: buffer.storeBytes(of: Float(double), as: Float.self)
        case .float64: buffer.storeBytes(of: double, as: Double.self)
        case .bfloat16: buffer.storeBytes(of: Self.bfloat16(double), as: UInt16.self)
        case .complex64:
            let imaginary: Float = if case .complex(_, let part) = self { part } else { 0 }
            buffer.storeBytes(of: Float(double), as: Float.self)
            buffer.storeBytes(of: imaginary, toByteOffset: 4, as: Float.self)
        }
    }

    /// The bits of the nearest `bfloat16`, ties to even.
    private static func bfloat16(_ value: Double) -> UInt16 {
        let bits = Float(value).bitPattern
        if Float(value).isNaN {
            return UInt16(bits >> 16) | 0x40
        }
        let rounding = 0x7FFF + ((bits >> 16) & 1)
        return UInt16(truncatingIfNeeded: (bits &+ rounding) >> 16)
    }
}
