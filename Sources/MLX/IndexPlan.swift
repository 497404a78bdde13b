import CMLX

/// What a subscript does with an array of a given shape.
///
/// There are three steps, which reading goes through forwards and writing backwards:
///
/// 1. a slice of every axis: whole, a range, or one element;
/// 2. if there are index arrays, a gather over the axes that these and plain integers index;
/// 3. axes of length 1 dropped and inserted.
///
/// The rules are NumPy's. In particular, if there is an index array, integers count as index arrays too; the axes
/// that all these leave stand where the first of them stands if they follow one another, and in front otherwise.
struct IndexPlan {
    // Step 1, one value per axis of the array.
    private var starts: [Int32] = []
    private var stops: [Int32] = []
    private var strides: [Int32] = []
    private var lengths: [Int] = []
    private var isWhole = true

    // Step 2: the indexed axes and their indices, broadcast to one shape, and where the axes of that shape go.
    private var gatheredAxes: [Int] = []
    private var indices: [MLXArray] = []
    private var indexShape: [Int] = []
    private var indexPosition = 0

    // Step 3, positions before and in the result.
    private var droppedAxes: [Int] = []
    private var insertedAxes: [Int] = []

    /// The shape of what the subscript reads.
    private(set) var resultShape: [Int] = []

    /// Works out a subscript.
    ///
    /// Reports what is wrong with it and gives nothing if it does not fit the shape.
    init?(_ operations: [MLXArrayIndexOperation], shape: [Int]) {
        guard let operations = Self.withoutEllipsis(operations, ndim: shape.count) else { return nil }
        let hasArrays = operations.contains { if case .array = $0 { true } else { false } }

        /// For each operation that consumes or makes an axis, what it leaves in the result.
        enum Part { case axis(Int), dropped(Int), inserted, gathered }
        var parts: [Part] = []

        for operation in operations {
            let axis = lengths.count
            switch operation {
            case .newAxis:
                parts.append(.inserted)
                continue

            case .index(let index):
                let size = shape[axis].int32
                guard (-size..<size).contains(index) else {
                    report("index \(index) is out of bounds for axis \(axis) of an array of shape \(shape)")
                    return nil
                }
                let position = index < 0 ? index + size : index
                if hasArrays {
                    parts.append(.gathered)
                    gatheredAxes.append(axis)
                    indices.append(MLXArray(position))
                    takeWhole(size)
                } else {
                    parts.append(.dropped(axis))
                    isWhole = false
                    take(start: position, stop: position + 1, stride: 1, length: 1)
                }

            case .slice(let slice):
                guard slice.stride != 0 else {
                    report("the step of a slice can't be 0")
                    return nil
                }
                parts.append(.axis(axis))
                let size = shape[axis].int32
                isWhole = isWhole && slice.isFull
                takeSlice(slice, size: size)

            case .array(let array):
                guard array.dtype.isInteger else {
                    report("an index array must have an integer type, not \(array.dtype)")
                    return nil
                }
                parts.append(.gathered)
                gatheredAxes.append(axis)
                indices.append(array)
                takeWhole(shape[axis].int32)

            case .ellipsis:
                continue
            }
        }

        if hasArrays {
            indices = broadcast(arrays: indices)
            guard let first = indices.first, indices.count == gatheredAxes.count else { return nil }
            indexShape = first.shape
        }

        // The gathered parts are one block; it stands at its first part, or in front if it is not contiguous.
        let gathered = parts.indices.filter { if case .gathered = parts[$0] { true } else { false } }
        let isContiguous = gathered.last.map { $0 - gathered[0] + 1 == gathered.count } ?? true
        if !isContiguous {
            addGathered()
        }
        for (i, part) in parts.enumerated() {
            switch part {
            case .axis(let axis): resultShape.append(lengths[axis])
            case .dropped(let axis): droppedAxes.append(axis)
            case .inserted:
                insertedAxes.append(resultShape.count)
                resultShape.append(1)
            case .gathered:
                if isContiguous, i == gathered.first {
                    addGathered()
                }
            }
        }
    }

    private mutating func addGathered() {
        indexPosition = resultShape.count - insertedAxes.count
        resultShape += indexShape
    }

    private mutating func take(start: Int32, stop: Int32, stride: Int32, length: Int) {
        starts.append(start)
        stops.append(stop)
        strides.append(stride)
        lengths.append(length)
    }

    private mutating func takeWhole(_ size: Int32) {
        take(start: 0, stop: size, stride: 1, length: Int(size))
    }

    /// Cuts a slice to an axis, as Python's `slice.indices` does.
    private mutating func takeSlice(_ slice: MLXSlice, size: Int32) {
        let stride = slice.stride
        let range: ClosedRange<Int32> = stride > 0 ? 0...size : -1...(size - 1)
        func cut(_ index: Int32) -> Int32 {
            Swift.min(Swift.max(index < 0 ? index &+ size : index, range.lowerBound), range.upperBound)
        }
        let start = cut(slice.start(size))
        let stop = slice.isUnlimited ? (stride > 0 ? size : -1) : cut(slice.end(size))
        let distance = stride > 0 ? stop - start : start - stop
        let length = distance <= 0 ? 0 : (Int(distance) - 1) / Int(stride.magnitude) + 1
        if length == 0 {
            take(start: 0, stop: 0, stride: 1, length: 0)
        } else {
            // libmlx reads -1 as the last element: what lies before the first is -size - 1.
            take(start: start, stop: stop < 0 ? -size - 1 : stop, stride: stride, length: length)
        }
    }

    /// The operations with the ellipsis, and what is missing at the end, written out as whole axes.
    private static func withoutEllipsis(
        _ operations: [MLXArrayIndexOperation], ndim: Int
    ) -> [MLXArrayIndexOperation]? {
        var consumed = 0
        var ellipses: [Int] = []
        for (i, operation) in operations.enumerated() {
            switch operation {
            case .ellipsis: ellipses.append(i)
            case .newAxis: break
            case .index, .slice, .array: consumed += 1
            }
        }
        guard ellipses.count <= 1 else {
            report("a subscript can have one .ellipsis only")
            return nil
        }
        guard consumed <= ndim else {
            report("\(consumed) indices are too many for an array of \(ndim) dimensions")
            return nil
        }
        let whole = Array(repeating: MLXArrayIndexOperation.slice(.full), count: ndim - consumed)
        guard let ellipsis = ellipses.first else { return operations + whole }
        return operations[..<ellipsis] + whole + operations[(ellipsis + 1)...]
    }

    // MARK: Reading

    /// What the subscript reads.
    func read(_ array: MLXArray, _ stream: StreamOrDevice) -> MLXArray {
        var result = sliced(array, stream)
        if !indices.isEmpty {
            result = gathered(result, stream)
        }
        if !droppedAxes.isEmpty {
            result = result.squeezed(axes: droppedAxes, stream: stream)
        }
        return insertedAxes.isEmpty ? result : result.expandedDimensions(axes: insertedAxes, stream: stream)
    }

    private func sliced(_ array: MLXArray, _ stream: StreamOrDevice) -> MLXArray {
        if isWhole {
            // An object of its own: assigning to what a subscript returned must not change the array.
            return with(array) { wrap(cmlx_array_retain($0)) }
        }
        return with(array) { wrap(cmlx_slice($0, starts, stops, strides, starts.count, stream.ctx)) }
    }

    private func gathered(_ array: MLXArray, _ stream: StreamOrDevice) -> MLXArray {
        if gatheredAxes.count == 1 {
            return array.take(indices[0], axis: gatheredAxes[0], stream: stream)
        }
        let axes = gatheredAxes.asInt32
        let sizes = lengths.enumerated().map { gatheredAxes.contains($0) ? 1 : $1.int32 }
        let result = with(array) { array in
            with(indices) { wrap(cmlx_gather(array, $0, axes, $1, sizes, sizes.count, stream.ctx)) }
        }
        // The axes of the indices stand in front, then come all axes of the array.
        let rank = indexShape.count
        let squeezed = result.squeezed(axes: gatheredAxes.map { $0 + rank }, stream: stream)
        return indexPosition == 0 ? squeezed : squeezed.transposed(axes: orderAfterGather, stream: stream)
    }

    /// The order that moves the axes of the indices from the front to their place.
    private var orderAfterGather: [Int] {
        let rank = indexShape.count
        let others = rank..<(rank + lengths.count - gatheredAxes.count)
        return others.prefix(indexPosition) + Array(0..<rank) + others.dropFirst(indexPosition)
    }

    // MARK: Writing

    /// The array with `update` combined into what the subscript reads.
    ///
    /// `update` is broadcast to the result's shape; leading axes of length 1 that it has too many are dropped.
    func write(
        _ update: MLXArray, to array: MLXArray, mode: cmlx_scatter_mode, _ stream: StreamOrDevice
    ) -> MLXArray {
        var update = update.dtype == array.dtype ? update : update.asType(array.dtype, stream: stream)
        while update.ndim > resultShape.count, update.dim(0) == 1 {
            update = update.squeezed(axis: 0, stream: stream)
        }
        update = broadcast(update, to: resultShape, stream: stream)
        if !insertedAxes.isEmpty {
            update = update.squeezed(axes: insertedAxes, stream: stream)
        }
        if !droppedAxes.isEmpty {
            update = update.expandedDimensions(axes: droppedAxes, stream: stream)
        }

        if !indices.isEmpty {
            update = scattered(update, to: sliced(array, stream), mode, stream)
        } else if mode != CMLX_SCATTER_SET {
            update = Self.combine(sliced(array, stream), update, mode, stream)
        }
        if isWhole {
            return update
        }
        return with(array, update) {
            wrap(cmlx_slice_update($0, $1, starts, stops, strides, starts.count, stream.ctx))
        }
    }

    private func scattered(
        _ update: MLXArray, to array: MLXArray, _ mode: cmlx_scatter_mode, _ stream: StreamOrDevice
    ) -> MLXArray {
        let rank = indexShape.count
        var update = update
        if indexPosition != 0 {
            var inverse = orderAfterGather
            for (to, from) in orderAfterGather.enumerated() {
                inverse[from] = to
            }
            update = update.transposed(axes: inverse, stream: stream)
        }
        update = update.expandedDimensions(axes: gatheredAxes.map { $0 + rank }, stream: stream)
        let axes = gatheredAxes.asInt32
        return with(array, update) { array, update in
            with(indices) { wrap(cmlx_scatter(array, $0, axes, $1, update, mode, stream.ctx)) }
        }
    }

    private static func combine(
        _ a: MLXArray, _ b: MLXArray, _ mode: cmlx_scatter_mode, _ stream: StreamOrDevice
    ) -> MLXArray {
        switch mode {
        case CMLX_SCATTER_ADD: add(a, b, stream: stream)
        case CMLX_SCATTER_MULTIPLY: multiply(a, b, stream: stream)
        case CMLX_SCATTER_MINIMUM: minimum(a, b, stream: stream)
        case CMLX_SCATTER_MAXIMUM: maximum(a, b, stream: stream)
        default: b
        }
    }
}
