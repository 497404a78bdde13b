// What can stand in the subscript of an array.

/// One part of a subscript, which says what to do with an axis.
public enum MLXArrayIndexOperation: CustomStringConvertible {
    /// Take as many axes as the other parts leave, whole.
    case ellipsis
    /// Insert an axis of length 1.
    case newAxis
    /// Take one element, and drop the axis. Negative numbers count from the end.
    case index(Int32)
    /// Take a range of elements.
    case slice(MLXSlice)
    /// Take the elements that an array of integers names.
    case array(MLXArray)

    public var description: String {
        switch self {
        case .ellipsis: ".ellipsis"
        case .newAxis: ".newAxis"
        case .index(let index): "\(index)"
        case .slice(let slice): "\(slice)"
        case .array(let array): "\(array.shape)(\(array.dtype))"
        }
    }
}

/// Something that can stand in the subscript of an array.
public protocol MLXArrayIndex {
    /// What it does there.
    var mlxArrayIndexOperation: MLXArrayIndexOperation { get }
}

extension Int: MLXArrayIndex {
    /// Take one element.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation { .index(int32) }
}

extension MLXArray: MLXArrayIndex {
    /// Take the elements that this array of integers names.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation { .array(self) }
}

/// `.ellipsis` in a subscript: as many whole axes as the other parts leave.
public struct MLXEllipsisIndex: MLXArrayIndex, Sendable {
    /// Take as many axes as the other parts leave.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation { .ellipsis }
}

extension MLXArrayIndex where Self == MLXEllipsisIndex {
    /// As many whole axes as the other parts of the subscript leave.
    public static var ellipsis: Self { Self() }
}

/// `.newAxis` in a subscript: an inserted axis of length 1.
public struct MLXNewAxisIndex: MLXArrayIndex, Sendable {
    /// Insert an axis.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation { .newAxis }
}

extension MLXArrayIndex where Self == MLXNewAxisIndex {
    /// An inserted axis of length 1.
    public static var newAxis: Self { Self() }
}

// MARK: - Slices

/// A range of elements with a step, as in NumPy: negative bounds count from the end, bounds beyond the axis are cut to
/// it, and a negative step goes backwards.
public struct MLXSlice: Equatable, CustomStringConvertible, Sendable {
    private let first: Int32?
    private let limit: Int32?
    private let step: Int32?

    /// A slice.
    ///
    /// What is `nil` reaches to the end of the axis in the direction of the step, which is 1 by default.
    public init(start: Int32? = nil, end: Int32? = nil, stride: Int32? = nil) {
        first = start
        limit = end
        step = stride
    }

    static let full = MLXSlice()

    /// Whether the slice takes an axis whole.
    public var isFull: Bool { stride == 1 && (first ?? 0) == 0 && limit == nil }

    /// The step.
    public var stride: Int32 { step ?? 1 }

    /// Whether the slice reaches to the end of the axis in the direction of its step.
    var isUnlimited: Bool { limit == nil }

    /// The first element for an axis of length `size`; negative if it counts from the end.
    public func start(_ size: Int32) -> Int32 { first ?? (stride < 0 ? size - 1 : 0) }

    /// The first element for an axis of length `size`.
    public func absoluteStart(_ size: Int32) -> Int32 { absolute(start(size), size) }

    /// The first element that is not taken, for an axis of length `size`; negative if it counts from the end.
    public func end(_ size: Int32) -> Int32 { limit ?? (stride < 0 ? -size - 1 : size) }

    /// The first element that is not taken, for an axis of length `size`.
    public func absoluteEnd(_ size: Int32) -> Int32 { absolute(end(size), size) }

    private func absolute(_ index: Int32, _ size: Int32) -> Int32 { index < 0 ? index + size : index }

    public var description: String {
        let range = "\(first?.description ?? "") ..< \(limit?.description ?? "")"
        return stride == 1 ? range : "\(range) : \(stride)"
    }
}

extension MLXSlice: MLXArrayIndex {
    /// Take this slice.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation { .slice(self) }
}

extension MLXArrayIndex where Self == MLXSlice {
    /// A slice, for instance `.stride(by: 2)`, or `.stride(by: -1)` for the reverse.
    public static func stride(from start: Int? = nil, to end: Int? = nil, by stride: Int? = nil) -> MLXSlice {
        MLXSlice(start: start?.int32, end: end?.int32, stride: stride?.int32)
    }
}

/// A slice for a subscript, for instance `stride(by: 2)`.
public func stride(from start: Int? = nil, to end: Int? = nil, by stride: Int? = nil) -> MLXSlice {
    MLXSlice(start: start?.int32, end: end?.int32, stride: stride?.int32)
}

extension Range<Int>: MLXArrayIndex {
    /// Take this range.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation {
        .slice(MLXSlice(start: lowerBound.int32, end: upperBound.int32))
    }
}

extension ClosedRange<Int>: MLXArrayIndex {
    /// Take this range.
    ///
    /// As in mlx-swift, the upper bound can't be -1, the last element.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation {
        .slice(MLXSlice(start: lowerBound.int32, end: (upperBound + 1).int32))
    }
}

extension PartialRangeUpTo<Int>: MLXArrayIndex {
    /// Take this range from the start.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation {
        .slice(MLXSlice(start: 0, end: upperBound.int32))
    }
}

extension PartialRangeThrough<Int>: MLXArrayIndex {
    /// Take this range from the start.
    ///
    /// As in mlx-swift, the bound can't be -1, the last element.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation {
        .slice(MLXSlice(start: 0, end: (upperBound + 1).int32))
    }
}

extension PartialRangeFrom<Int>: MLXArrayIndex {
    /// Take this range to the end.
    public var mlxArrayIndexOperation: MLXArrayIndexOperation {
        .slice(MLXSlice(start: lowerBound.int32))
    }
}
