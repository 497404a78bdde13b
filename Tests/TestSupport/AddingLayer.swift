import MLX
import MLXNN
import ModelSupport

/// A layer that adds a constant to what another gives, as an adapter adds something of its own.
package final class AddingLayer: Module, LinearLayer {
    @ModuleInfo(key: "inner") private var inner: any LinearLayer
    private let amount: Float

    package init(_ inner: any LinearLayer, amount: Float = 0.5) {
        self.amount = amount
        super.init()
        _inner.wrappedValue = inner
    }

    package var base: (any LinearLayer)? { inner }
    package var inputDimensions: Int { inner.inputDimensions }
    package var outputDimensions: Int { inner.outputDimensions }
    package var dtype: DType { inner.dtype }
    package var bias: MLXArray? { inner.bias }

    package func denseWeight() -> MLXArray { inner.denseWeight() }

    /// Different for each output, so that no normalisation takes it away.
    package func callAsFunction(_ x: MLXArray) -> MLXArray {
        let y = inner(x)
        let ramp = MLXArray(Int32(0)..<Int32(outputDimensions)).asType(y.dtype) / Float(outputDimensions)
        return y + amount * ramp
    }
}

extension Module {
    /// Paths of all projections of this network: those that hold weights and those that wrap them.
    package var projectionPaths: [String] {
        namedModules().filter { $0.1 is any LinearLayer }.map(\.0).sorted()
    }

    /// Runs `body` with one projection wrapped in an ``AddingLayer``, and puts the old one back.
    package func wrapping<Result>(
        _ path: String, amount: Float = 0.5, _ body: () throws -> Result
    ) throws -> Result {
        let named = Dictionary(namedModules(), uniquingKeysWith: { first, _ in first })
        guard let layer = named[path] as? any LinearLayer else { throw UnknownProjection(path: path) }
        try replaceModules([(path, AddingLayer(layer, amount: amount))])
        defer { try? replaceModules([(path, layer)]) }
        return try body()
    }
}

/// A path at which there is no projection.
package struct UnknownProjection: Error {
    let path: String
}
