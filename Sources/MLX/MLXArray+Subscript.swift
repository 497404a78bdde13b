import CMLX

extension MLXArray {

    /// Parts of the array, as in NumPy.
    ///
    /// ```swift
    /// x[1]                      // the second element along the first axis, which disappears
    /// x[0..., 2 ..< 5]          // a range along the second axis
    /// x[.ellipsis, -1]          // the last element along the last axis
    /// x[.newAxis, .ellipsis]    // with a new first axis
    /// x[.stride(by: -1)]        // in reverse
    /// x[indices]                // the elements that an array of integers names
    /// ```
    ///
    /// Ranges beyond the end are cut. An integer that is out of bounds is an error; indices in an array are not
    /// checked. Assigning broadcasts the new value to the shape of what the subscript reads, converts it to the type
    /// of this array, and makes this object stand for the result.
    public subscript(indices: any MLXArrayIndex..., stream stream: StreamOrDevice = .default) -> MLXArray {
        get { read(indices, stream) }
        set { write(newValue, to: indices, stream) }
    }

    /// Parts of the array, as ``subscript(_:stream:)-(MLXArrayIndex...,_)`` with its parts in a list.
    public subscript(indices: [any MLXArrayIndex], stream stream: StreamOrDevice = .default) -> MLXArray {
        get { read(indices, stream) }
        set { write(newValue, to: indices, stream) }
    }

    private func read(_ indices: [any MLXArrayIndex], _ stream: StreamOrDevice) -> MLXArray {
        guard handle != nil, let plan = IndexPlan(indices.map(\.mlxArrayIndexOperation), shape: shape) else {
            return MLXArray(handle: nil)
        }
        return plan.read(self, stream)
    }

    private func write(_ value: MLXArray, to indices: [any MLXArrayIndex], _ stream: StreamOrDevice) {
        guard handle != nil, let plan = IndexPlan(indices.map(\.mlxArrayIndexOperation), shape: shape) else { return }
        let result = plan.write(value, to: self, mode: CMLX_SCATTER_SET, stream)
        if result.handle != nil {
            _updateInternal(result)
        }
    }

    /// Parts of the array to combine values into; see ``ArrayAt``.
    public var at: ArrayAt { ArrayAt(array: self) }
}
