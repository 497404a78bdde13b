/// Something with arrays that a compiled function may read and replace; see
/// ``compile(inputs:outputs:shapeless:_:)-(_,_,_,([MLXArray])->[MLXArray])``.
public protocol Updatable {
    /// The arrays, in an order that does not change.
    func innerState() -> [MLXArray]
}

/// Something with arrays that ``eval(_:)-(Any...)`` computes.
public protocol Evaluatable {
    /// The arrays to compute.
    func innerState() -> [MLXArray]
}

extension [MLXArray]: Updatable, Evaluatable {
    /// The arrays themselves.
    public func innerState() -> [MLXArray] { self }
}
