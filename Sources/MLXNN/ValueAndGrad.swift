import MLX

/// A function that computes a loss and its gradient by the model's trainable parameters.
///
/// ```swift
/// let lossAndGradient = valueAndGrad(model: model) { model, x, y in
///     mseLoss(predictions: model(x), targets: y)
/// }
/// let (loss, gradient) = lossAndGradient(model, x, y)
/// optimizer.update(model: model, gradients: gradient)
/// ```
///
/// - Parameters:
///   - model: the model whose parameters the gradient is by.
///   - f: the loss, a scalar, of the model and two arrays.
/// - Returns: a function of the model and the two arrays that gives the loss and the gradient, the latter shaped like
///   ``Module/trainableParameters()``.
public func valueAndGrad<Model: Module>(
    model: Model, _ f: @escaping (Model, MLXArray, MLXArray) -> MLXArray
) -> (Model, MLXArray, MLXArray) -> (MLXArray, ModuleParameters) {
    let general = valueAndGrad(model: model) { (model: Model, arrays: [MLXArray]) in
        [f(model, arrays[0], arrays[1])]
    }
    return { model, first, second in
        let (values, gradients) = general(model, [first, second])
        return (values[0], gradients)
    }
}

/// As ``valueAndGrad(model:_:)-(Model,(Model,MLXArray,MLXArray)->MLXArray)``, for a loss of any number of arrays.
///
/// - Parameters:
///   - model: the model whose parameters the gradient is by.
///   - f: gives the loss, a scalar, first, and whatever else is of interest after it.
/// - Returns: a function that gives what `f` gives, and the gradient of the first.
public func valueAndGrad<Model: Module>(
    model: Model, _ f: @escaping (Model, [MLXArray]) -> [MLXArray]
) -> (Model, [MLXArray]) -> ([MLXArray], ModuleParameters) {
    let differentiated = valueAndGrad { (parameters: ModuleParameters, arrays: [MLXArray]) in
        model.update(parameters: parameters)
        return f(model, arrays)
    }
    return { model, arrays in
        differentiated(model.trainableParameters(), arrays)
    }
}

/// As ``valueAndGrad(model:_:)-(Model,(Model,MLXArray,MLXArray)->MLXArray)``, for a loss of anything.
///
/// - Parameters:
///   - model: the model whose parameters the gradient is by.
///   - f: gives the loss, a scalar, first, and whatever else is of interest after it.
/// - Returns: a function that gives what `f` gives, and the gradient of the first.
public func valueAndGrad<Model: Module, Arguments>(
    model: Model, _ f: @escaping (Model, Arguments) -> [MLXArray]
) -> (Model, Arguments) -> ([MLXArray], ModuleParameters) {
    let differentiated = valueAndGrad { (parameters: ModuleParameters, arguments: Arguments) in
        model.update(parameters: parameters)
        return f(model, arguments)
    }
    return { model, arguments in
        differentiated(model.trainableParameters(), arguments)
    }
}
