import MLX
import MLXNN

/// Something that changes a model's parameters step by step, so that a loss gets smaller.
public protocol Optimizer: Updatable, Evaluatable {
    /// Takes one step.
    ///
    /// The new parameters are not computed before `eval(model, optimizer)`.
    ///
    /// - Parameters:
    ///   - model: the model to change.
    ///   - gradients: the loss's gradient by some of the model's parameters, shaped like those.
    func update(model: Module, gradients: ModuleParameters)
}

/// An optimizer that treats each parameter by itself and keeps a `State` for it.
///
/// A subclass overrides ``newState(parameter:)`` and ``applySingle(gradient:parameter:state:)``.
open class OptimizerBase<State: Updatable>: Optimizer {
    private var states = NestedDictionary<String, State>()

    /// Makes an optimizer without any state yet.
    public init() {}

    /// The state of a parameter before its first step.
    open func newState(parameter: MLXArray) -> State {
        fatalError("\(type(of: self)) must override newState(parameter:)")
    }

    /// One step of one parameter.
    ///
    /// - Parameters:
    ///   - gradient: the loss's gradient by it.
    ///   - parameter: its value.
    ///   - state: its state.
    /// - Returns: its new value and state.
    open func applySingle(gradient: MLXArray, parameter: MLXArray, state: State) -> (MLXArray, State) {
        fatalError("\(type(of: self)) must override applySingle(gradient:parameter:state:)")
    }

    public final func update(model: Module, gradients: ModuleParameters) {
        let (parameters, newStates) = gradients.mapValues(model.parameters(), states) {
            gradient, parameter, state -> (MLXArray, State?) in
            guard let parameter else {
                fatalError("\(type(of: self)) got a gradient for a parameter that \(type(of: model)) does not have")
            }
            let step = applySingle(
                gradient: gradient, parameter: parameter, state: state ?? newState(parameter: parameter))
            return (step.0, step.1)
        }
        model.update(parameters: parameters)
        states = newStates
    }

    /// The states of all parameters that have one, in the order of their keys.
    open func innerState() -> [MLXArray] {
        states.flattenedValues().flatMap { $0.innerState() }
    }
}

/// An optimizer whose state of a parameter is one array of its shape, zero at first.
open class OptimizerBaseArrayState: OptimizerBase<MLXArray> {
    open override func newState(parameter: MLXArray) -> MLXArray {
        MLX.zeros(like: parameter)
    }
}
