import MLX
import MLXNN

/// Feed-forward layer: `down(silu(gate x) * up x)`.
open class GatedFeedForward: Module, UnaryLayer {
    @ModuleInfo(key: "gate_proj") public var gate: any LinearLayer
    @ModuleInfo(key: "up_proj") public var up: any LinearLayer
    @ModuleInfo(key: "down_proj") public var down: any LinearLayer

    /// - Parameters:
    ///   - width: of the input and of the output.
    ///   - inner: width between.
    public init(width: Int, inner: Int) {
        super.init()
        _gate.wrappedValue = Linear(width, inner, bias: false)
        _up.wrappedValue = Linear(width, inner, bias: false)
        _down.wrappedValue = Linear(inner, width, bias: false)
    }

    /// `[B, L, width]` to `[B, L, width]`.
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        down(FusedOps.swiglu(gate: gate(x), up: up(x)))
    }
}
