import MLX

/// One module's part of ``Module/update(parameters:verify:path:modulePath:)``.
///
/// It goes on after a problem, so that the error at the end names all of them.
final class ParameterUpdate {
    let module: Module
    let verify: Module.VerifyUpdate
    let modulePath: [String]
    private var problems = [UpdateError]()

    init(module: Module, verify: Module.VerifyUpdate, modulePath: [String]) {
        self.module = module
        self.verify = verify
        self.modulePath = modulePath
    }

    /// Replaces what `parameters` holds and notes what doesn't fit.
    ///
    /// - Throws: only what a subclass throws itself and is no ``UpdateError``.
    func run(_ parameters: ModuleParameters, path: [String]) throws {
        let items = module.items()
        for (key, item) in items {
            try assign(parameters[key] ?? .none, to: item, key: key, path: path + [key])
        }
        if verify.contains(.noUnusedKeys) {
            noteUnused(parameters.keys.filter { items[$0] == nil }.map { ($0, parameters[$0]) }, path: path)
        }
    }

    /// Throws what was noted: at the root as one ``UpdateError``, below it so that the root can sort it.
    func throwProblems(atRoot: Bool) throws {
        if problems.isEmpty { return }
        if atRoot { throw UpdateError.combining(problems, root: modulePath.last ?? "") }
        throw UpdateProblems(problems: problems)
    }

    /// - Parameters:
    ///   - key: the item's dotted key in the module.
    ///   - path: the keys that lead to it from the root.
    private func assign(
        _ value: NestedItem<String, MLXArray>, to item: ModuleItem, key: String, path: [String]
    ) throws {
        if case .none = value, !verify.contains(.allModelKeysSet) { return }
        switch (item, value) {
        case (.value(.parameters(let array)), .value(let newArray)):
            if verify.contains(.shapeMismatch), array.shape != newArray.shape {
                problems.append(
                    .mismatchedSize(
                        path: path, modules: modulePath, expectedShape: array.shape, actualShape: newArray.shape))
            } else {
                array._updateInternal(newArray)
            }

        case (.value(.parameters), .none):
            if Module.parameterIsValid(key) {
                try collect {
                    try module.updateMissing(parameter: key, verify: verify, path: path, modulePath: modulePath)
                }
            }

        case (.value(.module(let child)), .dictionary(let values)):
            try collect {
                try child.update(
                    parameters: NestedDictionary(values: values), verify: verify, path: path, modulePath: modulePath)
            }

        case (.value(.module(let child)), .none):
            try collect {
                try child.update(
                    parameters: NestedDictionary(), verify: verify, path: path, modulePath: modulePath)
            }

        case (.array(let items), .array(let values)):
            for (index, item) in items.enumerated() {
                let value = index < values.count ? values[index] : .none
                try assign(value, to: item, key: "\(key).\(index)", path: path + [String(index)])
            }
            if verify.contains(.noUnusedKeys) {
                noteUnused(values.indices.dropFirst(items.count).map { (String($0), values[$0]) }, path: path)
            }

        case (.array(let items), .none):
            for (index, item) in items.enumerated() {
                try assign(.none, to: item, key: "\(key).\(index)", path: path + [String(index)])
            }

        case (.dictionary(let items), .dictionary(let values)):
            for (name, item) in items {
                try assign(values[name] ?? .none, to: item, key: "\(key).\(name)", path: path + [name])
            }
            if verify.contains(.noUnusedKeys) {
                noteUnused(values.filter { items[$0.key] == nil }.map { ($0.key, $0.value) }, path: path)
            }

        case (.dictionary(let items), .none):
            for (name, item) in items {
                try assign(.none, to: item, key: "\(key).\(name)", path: path + [name])
            }

        case (.none, .none), (.value(.none), .none), (.value(.other), .none):
            break

        default:
            problems.append(
                .incompatibleItems(path: path, modules: modulePath, item: kind(of: item), value: kind(of: value)))
        }
    }

    /// Runs `body` and notes what it reports instead of passing it on.
    private func collect(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as UpdateError {
            problems.append(error)
        } catch let error as UpdateProblems {
            problems += error.problems
        }
    }

    /// Notes values that belong to nothing, with the full key of every array among them.
    private func noteUnused(
        _ unused: [(key: String, value: NestedItem<String, MLXArray>?)], path: [String]
    ) {
        let keys = unused.flatMap { key, value -> [String] in
            guard let value else { return [] }
            if case .none = value { return [] }
            let leaves = value.flattened(prefix: key).map { $0.0 }
            return leaves.isEmpty ? [key] : leaves
        }
        if keys.isEmpty { return }
        problems.append(.unhandledKeys(path: path, modules: modulePath, keys: keys.sorted()))
    }
}

private func kind(of item: ModuleItem) -> String {
    switch item {
    case .none, .value(.none): UpdateError.absent
    case .value(.parameters): "an array"
    case .value(.module(let module)): "a module (\(typeName(module)))"
    case .value(.other(let setting)): "a setting (\(typeName(setting)))"
    case .array: "a list"
    case .dictionary: "a dictionary"
    }
}

private func kind(of value: NestedItem<String, MLXArray>) -> String {
    switch value {
    case .none: "nil"
    case .value(let array): "an array of shape \(array.shape)"
    case .array, .dictionary: "arrays with the keys \(value.flattened().map { $0.0 }.joined(separator: ", "))"
    }
}
