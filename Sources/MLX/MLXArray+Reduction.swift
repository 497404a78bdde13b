// The reductions as methods. Each does what the function of the same name does.

extension MLXArray {

    /// Whether all elements are true or not zero, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func all(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.all(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// Whether all elements are true or not zero, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func all(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.all(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// Whether all elements are true or not zero, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func all(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.all(self, keepDims: keepDims, stream: stream)
    }

    /// Whether any element is true or not zero, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func any(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.any(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// Whether any element is true or not zero, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func any(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.any(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// Whether any element is true or not zero, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func any(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.any(self, keepDims: keepDims, stream: stream)
    }

    /// The logarithm of the sum of the exponentials, without overflow, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func logSumExp(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.logSumExp(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The logarithm of the sum of the exponentials, without overflow, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func logSumExp(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.logSumExp(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The logarithm of the sum of the exponentials, without overflow, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func logSumExp(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.logSumExp(self, keepDims: keepDims, stream: stream)
    }

    /// The greatest element, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func max(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.max(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The greatest element, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func max(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.max(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The greatest element, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func max(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.max(self, keepDims: keepDims, stream: stream)
    }

    /// The arithmetic mean, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func mean(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.mean(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The arithmetic mean, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func mean(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.mean(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The arithmetic mean, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func mean(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.mean(self, keepDims: keepDims, stream: stream)
    }

    /// The least element, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func min(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.min(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The least element, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func min(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.min(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The least element, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func min(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.min(self, keepDims: keepDims, stream: stream)
    }

    /// The product of the elements, over the given axes.
    ///
    /// With `keepDims` these stay, with length 1.
    public func product(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.product(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The product of the elements, over one axis.
    ///
    /// With `keepDims` it stays, with length 1.
    public func product(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.product(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The product of the elements, over all axes.
    ///
    /// With `keepDims` they stay, with length 1.
    public func product(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.product(self, keepDims: keepDims, stream: stream)
    }

    /// The sum of the elements.
    ///
    /// Booleans and small integers add up as `int32`, as libmlx decides, over the given axes. With `keepDims` these
    /// stay, with length 1.
    public func sum(axes: some Collection<Int>, keepDims: Bool = false, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.sum(self, axes: axes, keepDims: keepDims, stream: stream)
    }

    /// The sum of the elements.
    ///
    /// Booleans and small integers add up as `int32`, as libmlx decides, over one axis. With `keepDims` it stays, with
    /// length 1.
    public func sum(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.sum(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The sum of the elements.
    ///
    /// Booleans and small integers add up as `int32`, as libmlx decides, over all axes. With `keepDims` they stay, with
    /// length 1.
    public func sum(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.sum(self, keepDims: keepDims, stream: stream)
    }

    /// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over the given axes.
    public func variance(
        axes: some Collection<Int>, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.variance(self, axes: axes, keepDims: keepDims, ddof: ddof, stream: stream)
    }

    /// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over one axis.
    public func variance(
        axis: Int, keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.variance(self, axis: axis, keepDims: keepDims, ddof: ddof, stream: stream)
    }

    /// The variance: the sum of squared differences from the mean, divided by n - `ddof`, over all axes.
    public func variance(keepDims: Bool = false, ddof: Int = 0, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.variance(self, keepDims: keepDims, ddof: ddof, stream: stream)
    }

    /// The index, as `uint32`, of the greatest element along an axis; the first if there are several.
    public func argMax(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.argMax(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The index, as `uint32`, of the greatest element of the flattened array; the first if there are several.
    public func argMax(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.argMax(self, keepDims: keepDims, stream: stream)
    }

    /// The index, as `uint32`, of the least element along an axis; the first if there are several.
    public func argMin(axis: Int, keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.argMin(self, axis: axis, keepDims: keepDims, stream: stream)
    }

    /// The index, as `uint32`, of the least element of the flattened array; the first if there are several.
    public func argMin(keepDims: Bool = false, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.argMin(self, keepDims: keepDims, stream: stream)
    }

    /// The greatest element so far, along an axis; from the end if `reverse`, without the element itself unless `inclusive`.
    public func cummax(
        axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.cummax(self, axis: axis, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The greatest element so far, in the flattened array.
    public func cummax(reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.cummax(self, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The least element so far, along an axis; from the end if `reverse`, without the element itself unless `inclusive`.
    public func cummin(
        axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.cummin(self, axis: axis, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The least element so far, in the flattened array.
    public func cummin(reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.cummin(self, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The product of the elements so far, along an axis; from the end if `reverse`, without the element itself unless `inclusive`.
    public func cumprod(
        axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.cumprod(self, axis: axis, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The product of the elements so far, in the flattened array.
    public func cumprod(reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.cumprod(self, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The sum of the elements so far, along an axis; from the end if `reverse`, without the element itself unless `inclusive`.
    public func cumsum(
        axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.cumsum(self, axis: axis, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The sum of the elements so far, in the flattened array.
    public func cumsum(reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default) -> MLXArray {
        MLX.cumsum(self, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The logarithm of the sum of exponentials so far, along an axis; from the end if `reverse`, without the element itself unless `inclusive`.
    public func logCumsumExp(
        axis: Int, reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default
    ) -> MLXArray {
        MLX.logCumsumExp(self, axis: axis, reverse: reverse, inclusive: inclusive, stream: stream)
    }

    /// The logarithm of the sum of exponentials so far, in the flattened array.
    public func logCumsumExp(reverse: Bool = false, inclusive: Bool = true, stream: StreamOrDevice = .default)
        -> MLXArray
    {
        MLX.logCumsumExp(self, reverse: reverse, inclusive: inclusive, stream: stream)
    }
}
