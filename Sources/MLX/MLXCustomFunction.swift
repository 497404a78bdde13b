import CMLX
import Foundation

/// A part of a ``CustomFunction(_:)``.
public enum MLXCustomFunctionComponent {
    /// The function itself.
    case forward(([MLXArray]) -> [MLXArray])
    /// Its vector-Jacobian product: from arguments and cotangents, one for each result, to one for each argument.
    case vjp(([MLXArray], [MLXArray]) -> [MLXArray])
}

/// The function that a ``CustomFunction(_:)`` computes.
public func Forward(_ f: @escaping ([MLXArray]) -> [MLXArray]) -> MLXCustomFunctionComponent {
    .forward(f)
}

/// The vector-Jacobian product of a ``CustomFunction(_:)``: from the arguments and a cotangent for each result to one for
/// each argument.
public func VJP(_ f: @escaping ([MLXArray], [MLXArray]) -> [MLXArray]) -> MLXCustomFunctionComponent {
    .vjp(f)
}

/// Makes a function of the parts of a ``CustomFunction(_:)``.
public enum MLXCustomFunctionBuilder {

    /// The result builder of ``CustomFunction(_:)``.
    @resultBuilder
    public struct Builder {

        /// Joins the parts.
        ///
        /// Exactly one ``Forward(_:)`` is needed; without a ``VJP(_:)`` gradients are those of the function itself.
        public static func buildBlock(_ components: MLXCustomFunctionComponent...) -> ([MLXArray]) -> [MLXArray] {
            var forward: (([MLXArray]) -> [MLXArray])?
            var vjp: (([MLXArray], [MLXArray]) -> [MLXArray])?
            for component in components {
                switch component {
                case .forward(let function): forward = function
                case .vjp(let function): vjp = function
                }
            }
            guard let forward else {
                preconditionFailure("a CustomFunction needs a Forward")
            }
            guard let vjp else { return forward }
            return withCustomGradient(forward, vjp)
        }

        private static func withCustomGradient(
            _ forward: @escaping ([MLXArray]) -> [MLXArray],
            _ vjp: @escaping ([MLXArray], [MLXArray]) -> [MLXArray]
        ) -> ([MLXArray]) -> [MLXArray] {
            let forward = Closure(forward)
            return { arguments in
                // The arguments come first, then the cotangents.
                let count = arguments.count
                let gradient = Closure { vjp(Array($0.prefix(count)), Array($0.dropFirst(count))) }
                let function = withExtendedLifetime((forward, gradient)) {
                    Closure(handle: cmlx_custom_vjp(forward.handle, gradient.handle))
                }
                return function(arguments)
            }
        }
    }
}

/// A function with a gradient of its own.
///
/// ```swift
/// let clipped = CustomFunction {
///     Forward { [clip($0[0], min: 0, max: 1)] }
///     VJP { primals, cotangents in cotangents }
/// }
/// ```
public func CustomFunction(
    @MLXCustomFunctionBuilder.Builder _ build: () -> ([MLXArray]) -> [MLXArray]
) -> ([MLXArray]) -> [MLXArray] {
    build()
}
