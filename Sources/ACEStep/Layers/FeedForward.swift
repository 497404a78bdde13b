import MLX
import MLXNN
import ModelSupport

/// Feed-forward layer: `down(silu(gate x) * up x)`.
final class FeedForward: Module, UnaryLayer {
    @ModuleInfo(key: "gate_proj") var gate: any LinearLayer
    @ModuleInfo(key: "up_proj") var up: any LinearLayer
    @ModuleInfo(key: "down_proj") var down: any LinearLayer

    init(_ configuration: StackConfiguration) {
        _gate.wrappedValue = Linear(configuration.hiddenSize, configuration.intermediateSize, bias: false)
        _up.wrappedValue = Linear(configuration.hiddenSize, configuration.intermediateSize, bias: false)
        _down.wrappedValue = Linear(configuration.intermediateSize, configuration.hiddenSize, bias: false)
    }

    /// `[B, L, hidden]` to `[B, L, hidden]`.
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        down(FusedOps.swiglu(gate: gate(x), up: up(x)))
    }
}
