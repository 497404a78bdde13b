import Foundation
import MLX
import MLXNN
import Testing

/// All tests of this target, one after the other: they share the random state and the device.
@Suite(.serialized) enum NNTests {}

/// Expects the elements of `array`, row by row, within `tolerance`.
func expect(
    _ array: MLXArray, _ expected: [Double], tolerance: Double = 1e-5, _ location: SourceLocation = #_sourceLocation
) {
    let actual = array.asType(.float32).asArray(Float.self).map(Double.init)
    #expect(actual.count == expected.count, sourceLocation: location)
    for (index, (a, e)) in zip(actual, expected).enumerated() {
        #expect(abs(a - e) <= tolerance * max(1, abs(e)), "element \(index): \(a), not \(e)", sourceLocation: location)
    }
}

/// The sorted keys of a tree.
func keys<Element>(_ tree: NestedDictionary<String, Element>) -> [String] {
    tree.flattened().map { $0.0 }.sorted()
}

/// A column of float numbers with the given shape.
func floats(_ values: [Float], _ shape: [Int]? = nil) -> MLXArray {
    MLXArray(values, shape ?? [values.count])
}

/// `layer` with its own parameters replaced.
func with<Layer: Module>(_ layer: Layer, _ parameters: [String: MLXArray]) throws -> Layer {
    try layer.update(parameters: ModuleParameters.unflattened(parameters), verify: .all)
}

/// A module with every kind of property.
final class Zoo: Module {
    let array = floats([1, 2])
    let list = [floats([3]), floats([4, 5])]
    let pair = (floats([6]), floats([7, 8]))
    let named = ["x": floats([9])]
    let absent: MLXArray?
    let _hidden = floats([10])
    let size = 3
    let rate: Float = 0.5
    @ParameterInfo(key: "renamed") var plain: MLXArray?
    @ParameterInfo(key: "other_name") var other: MLXArray
    @ModuleInfo(key: "child_module") var child: Linear
    @ModuleInfo var maybe: Linear?
    @ModuleInfo var layers: [any UnaryLayer]
    @ModuleInfo var mixed: (Linear, Tanh)
    let map: [String: Linear]

    override init() {
        absent = nil
        _other.wrappedValue = floats([11])
        _child.wrappedValue = Linear(2, 3)
        layers = [Linear(2, 2, bias: false), Tanh()]
        mixed = (Linear(1, 1), Tanh())
        map = ["l": Linear(1, 2, bias: false)]
    }
}

/// Two layers with keys as a checkpoint has them.
final class Block: Module, UnaryLayer {
    @ModuleInfo(key: "in_proj") var input: Linear
    @ModuleInfo(key: "out_proj") var output: Linear
    let norm: RMSNorm

    init(_ width: Int, _ hidden: Int) {
        _input.wrappedValue = Linear(width, hidden)
        _output.wrappedValue = Linear(hidden, width, bias: false)
        norm = RMSNorm(dimensions: width)
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        x + output(silu(input(norm(x))))
    }
}

/// A stack of blocks.
final class Stack: Module, UnaryLayer {
    let layers: [Block]
    @ModuleInfo(key: "lm_head") var head: Linear?

    init(_ count: Int, width: Int = 2, hidden: Int = 3, head: Bool = false) {
        layers = (0..<count).map { _ in Block(width, hidden) }
        _head.wrappedValue = head ? Linear(width, width) : nil
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let y = layers.reduce(x) { $1($0) }
        return head.map { $0(y) } ?? y
    }
}
