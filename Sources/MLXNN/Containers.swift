import MLX

/// Layers applied one after the other.
///
/// ```swift
/// let network = Sequential {
///     Linear(16, 64)
///     SiLU()
///     Linear(64, 16)
/// }
/// ```
///
/// Keys are `layers.0`, `layers.1` and so on.
open class Sequential: Module, UnaryLayer {
    /// The layers, first to last.
    @ModuleInfo public var layers: [any UnaryLayer]

    /// Makes a chain of an array of layers.
    public init(layers: [any UnaryLayer]) {
        self.layers = layers
    }

    /// Makes a chain of the layers given.
    public init(layers: any UnaryLayer...) {
        self.layers = layers
    }

    /// Makes a chain of the layers that a block lists; it may use `if` with `else`, `switch` and `for`.
    public init(@SequentialBuilder layers: () -> [any UnaryLayer]) {
        self.layers = layers()
    }

    /// Applies the layers to `x`.
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        layers.reduce(x) { $1($0) }
    }
}

/// Collects the layers that the block of a ``Sequential`` lists.
@resultBuilder
public struct SequentialBuilder {
    /// One layer.
    public static func buildExpression(_ value: any UnaryLayer) -> [any UnaryLayer] {
        [value]
    }

    /// The first line of a block.
    public static func buildPartialBlock(first: [any UnaryLayer]) -> [any UnaryLayer] {
        first
    }

    /// A line after others.
    public static func buildPartialBlock(
        accumulated: [any UnaryLayer], next: [any UnaryLayer]
    ) -> [any UnaryLayer] {
        accumulated + next
    }

    /// A `for` loop.
    public static func buildArray(_ value: [[any UnaryLayer]]) -> [any UnaryLayer] {
        value.flatMap { $0 }
    }

    /// The first branch of an `if` or `switch`.
    public static func buildEither(first: [any UnaryLayer]) -> [any UnaryLayer] {
        first
    }

    /// Another branch of an `if` or `switch`.
    public static func buildEither(second: [any UnaryLayer]) -> [any UnaryLayer] {
        second
    }
}
