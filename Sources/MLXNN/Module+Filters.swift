import MLX

extension Module {
    /// Which deviations ``update(parameters:verify:path:modulePath:)`` treats as errors.
    public struct VerifyUpdate: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// A value for a key that the module does not have.
        public static let noUnusedKeys = VerifyUpdate(rawValue: 1)
        /// A parameter without a value.
        public static let allModelKeysSet = VerifyUpdate(rawValue: 2)
        /// An array of another shape than the parameter that it replaces.
        public static let shapeMismatch = VerifyUpdate(rawValue: 4)

        /// Every deviation.
        public static let all = VerifyUpdate(rawValue: -1)
        /// None; parameters that don't get a value stay as they are.
        public static let none = VerifyUpdate([])
    }

    /// Whether a key names a parameter: those that start with an underscore name state.
    public static func parameterIsValid(_ key: String) -> Bool {
        !key.hasPrefix("_")
    }

    // MARK: Filters

    /// Accepts everything.
    public static let filterAll: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, _ in true }

    /// Accepts modules and containers.
    public static let filterValidChild: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, item in
        switch item {
        case .array, .dictionary, .value(.module): true
        default: false
        }
    }

    /// Accepts parameters, modules and containers.
    public static let filterValidParameters: @Sendable (Module, String, ModuleItem) -> Bool = { _, key, item in
        switch item {
        case .array, .dictionary, .value(.parameters), .value(.module): parameterIsValid(key)
        default: false
        }
    }

    /// Accepts parameters and containers but no modules: a module's own parameters.
    public static let filterLocalParameters: @Sendable (Module, String, ModuleItem) -> Bool = { _, key, item in
        switch item {
        case .array, .dictionary, .value(.parameters): parameterIsValid(key)
        default: false
        }
    }

    /// Accepts parameters that are not frozen, modules and containers.
    public static let filterTrainableParameters: @Sendable (Module, String, ModuleItem) -> Bool = {
        module, key, item in
        filterValidParameters(module, key, item) && !module.noGrad().contains(key)
    }

    /// Accepts settings.
    public static let filterOther: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, item in
        if case .value(.other) = item { true } else { false }
    }

    // MARK: Maps

    /// A map of items from a map of parameters; other items map to nil.
    public static func mapParameters<Result>(
        map: @escaping (MLXArray) -> Result? = { $0 }
    ) -> (ModuleItem) -> Result? {
        { item in
            if case .value(.parameters(let array)) = item { map(array) } else { nil }
        }
    }

    /// A map of items from a map of modules; other items map to nil.
    public static func mapModule<Result>(map: @escaping (Module) -> Result? = { $0 }) -> (ModuleItem) -> Result? {
        { item in
            if case .value(.module(let module)) = item { map(module) } else { nil }
        }
    }

    /// A map of items from a map of settings; other items map to nil.
    public static func mapOther<Result>(map: @escaping (Any) -> Result? = { $0 }) -> (ModuleItem) -> Result? {
        { item in
            if case .value(.other(let setting)) = item { map(setting) } else { nil }
        }
    }

    // MARK: Leaves

    /// Descends into containers and modules.
    public static let isLeafDefault: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, item in
        switch item {
        case .array, .dictionary, .none, .value(.module): false
        case .value: true
        }
    }

    /// Descends into containers and stops at modules.
    public static let isLeafModule: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, item in
        if case .value(.module) = item { true } else { false }
    }

    /// Descends into containers and modules and stops at modules that hold no module.
    public static let isLeafModuleNoChildren: @Sendable (Module, String, ModuleItem) -> Bool = { _, _, item in
        if case .value(.module(let module)) = item { module.children().isEmpty } else { false }
    }
}

extension Module {
    /// The result for one property or one element of a container; see ``filterMap(filter:map:isLeaf:)``.
    func filterMap<Result>(
        _ item: ModuleItem, key: String, filter: (Module, String, ModuleItem) -> Bool,
        map: (ModuleItem) -> Result?, isLeaf: (Module, String, ModuleItem) -> Bool
    ) -> NestedItem<String, Result> {
        func element(_ item: ModuleItem, _ key: String) -> NestedItem<String, Result>? {
            filter(self, key, item)
                ? filterMap(item, key: key, filter: filter, map: map, isLeaf: isLeaf) : nil
        }

        if isLeaf(self, key, item) {
            return map(item).map { .value($0) } ?? .none
        }
        switch item {
        case .value(.module(let module)):
            return module.filterMap(filter: filter, map: map, isLeaf: isLeaf).asItem()
        case .array(let items):
            let elements = items.enumerated().map { element($1, "\(key).\($0)") }
            return elements.contains { $0 != nil } ? .array(elements.map { $0 ?? .none }) : .none
        case .dictionary(let items):
            let elements = items.map { ($0, element($1, "\(key).\($0)")) }
            return elements.contains { $0.1 != nil }
                ? .dictionary(Dictionary(uniqueKeysWithValues: elements.map { ($0, $1 ?? .none) })) : .none
        case .none, .value:
            return .none
        }
    }

    /// Freezes or unfreezes keys; see ``freeze(recursive:keys:strict:)``.
    ///
    /// - Parameter change: combines the frozen keys of a module with the keys concerned.
    func changeFrozenKeys(
        recursive: Bool, keys: [String]?, strict: Bool, _ change: (inout Set<String>, [String]) -> Void
    ) throws {
        func localKeys(_ module: Module) -> [String] {
            module.filterMap(filter: Self.filterLocalParameters).flattened().map { $0.0 }
        }

        let named = recursive ? namedModules() : [("", self)]
        if strict, let keys {
            var problems = [UpdateError]()
            for (path, module) in named {
                let known = Set(localKeys(module))
                for key in keys where !known.contains(key) {
                    problems.append(
                        .keyNotFound(path: path.isEmpty ? [key] : [path, key], modules: [typeName(module)]))
                }
            }
            if !problems.isEmpty { throw UpdateError.combining(problems, root: typeName(self)) }
        }
        for (_, module) in named {
            change(&module.frozenKeys, keys ?? localKeys(module))
            module.didSetNoGrad(module.frozenKeys)
        }
    }
}
