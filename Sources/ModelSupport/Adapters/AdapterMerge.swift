import MLX
import MLXNN
import MusicCore

extension MatchedAdapter {
    /// What the adapter adds to the weight and the bias of a projection, for a checkpoint.
    ///
    /// - Parameters:
    ///   - path: of the projection.
    ///   - weight: as files have it, any floating-point format.
    ///   - bias: `[outputs]`, or `nil`.
    ///   - use: the strength.
    /// - Returns: float32, the weight's as files have it; `nil` if the adapter leaves the projection as it is.
    /// - Throws: `MusicError` with code `unreadableInput`.
    @MLXActor
    package func change(
        of path: String, weight: MLXArray, bias: MLXArray?, _ use: AdapterUse
    ) throws -> (weight: MLXArray, bias: MLXArray?)? {
        guard let module = modules.first(where: { $0.target.path == path }) else { return nil }
        let scale = Float(use.scale(for: module.target.group))
        guard scale != 0 else { return nil }
        let own = module.target.joined(weight.asType(.float32))
        let delta = try AdapterDelta(module, onto: Linear(weight: own, bias: bias?.asType(.float32)))
        let merged = delta.merged(into: own, scale: scale)
        return (module.target.separated(merged - own), delta.bias.map { $0 * scale })
    }
}
