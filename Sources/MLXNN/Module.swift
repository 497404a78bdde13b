import Foundation
import MLX

/// A tree of arrays, shaped like the module they belong to.
public typealias ModuleParameters = NestedDictionary<String, MLXArray>

/// A tree of modules, as ``Module/children()`` and ``Module/leafModules()`` return it.
public typealias ModuleChildren = NestedDictionary<String, Module>

/// The stored properties of one module by key, as ``Module/items()`` returns them.
public typealias ModuleItems = NestedDictionary<String, ModuleValue>

/// One stored property of a module: a value, or an array or dictionary of values.
public typealias ModuleItem = NestedItem<String, ModuleValue>

/// The base class of every layer and model: a tree of arrays and of further modules.
///
/// A subclass declares its parameters and its parts as stored properties and nothing else:
///
/// ```swift
/// final class FeedForward: Module, UnaryLayer {
///     @ModuleInfo(key: "up_proj") var up: Linear
///     @ModuleInfo(key: "down_proj") var down: Linear
///
///     init(width: Int, hidden: Int) {
///         _up.wrappedValue = Linear(width, hidden, bias: false)
///         _down.wrappedValue = Linear(hidden, width, bias: false)
///     }
///
///     func callAsFunction(_ x: MLXArray) -> MLXArray { down(silu(up(x))) }
/// }
/// ```
///
/// `MLXArray` properties are parameters and `Module` properties are children; both may stand in optionals, arrays,
/// tuples and dictionaries with string keys. Every other property is a setting, which ``description`` shows.
/// A property's key is its name or the one that ``ModuleInfo`` or ``ParameterInfo`` gives it. An array, a module or a
/// container whose key starts with an underscore is state, not a parameter: ``parameters()`` and what is built on it
/// leave it out.
///
/// The properties are found by reflection once and remembered. So, after the first use, change parameters with
/// ``update(parameters:)`` or ``apply(filter:map:)`` and parts with ``update(modules:)``, not by assignment.
///
/// A module is not `Sendable`: use it from one thread, or hand it over as a whole.
open class Module {
    /// Whether the module is being trained: layers such as ``Dropout`` then behave differently.
    ///
    /// True until ``train(_:)`` says otherwise.
    public internal(set) var training = true

    /// Keys of this module's own parameters that take no part in training.
    var frozenKeys = Set<String>()

    private var reflection: ModuleReflection?

    /// Makes a module without properties.
    public init() {}

    // MARK: Reading the tree

    /// The stored properties of this module, subclasses' and superclasses', by key.
    ///
    /// All other walks over the tree start here, so a subclass that wraps another module may override it
    /// to show that module's properties as its own.
    open func items() -> ModuleItems {
        reflected().items
    }

    /// Filters and maps the properties of this module and of all modules below it.
    ///
    /// - Parameters:
    ///   - filter: is asked for each property and each element of a container, with the module that holds it and its
    ///     key there (elements have dotted keys: `layers.3`); what it refuses is left out with all below it.
    ///   - map: turns a leaf into a result; nil leaves it out.
    ///   - isLeaf: whether to map an item rather than to descend into it.
    /// - Returns: the results in the shape of the module. In arrays `.none` takes the place of what was left out.
    open func filterMap<Result>(
        filter: (Module, String, ModuleItem) -> Bool,
        map: (ModuleItem) -> Result? = { $0 },
        isLeaf: (Module, String, ModuleItem) -> Bool = Module.isLeafDefault
    ) -> NestedDictionary<String, Result> {
        var results = NestedDictionary<String, Result>()
        for (key, item) in items() where filter(self, key, item) {
            let mapped = filterMap(item, key: key, filter: filter, map: map, isLeaf: isLeaf)
            if case .none = mapped { continue }
            results[key] = mapped
        }
        return results
    }

    /// Maps every parameter of this module and of all modules below it.
    ///
    /// - Parameters:
    ///   - map: turns a parameter into a result; nil leaves it out.
    ///   - isLeaf: whether to map an item rather than to descend into it.
    /// - Returns: the results in the shape of the module.
    open func mapParameters<Result>(
        map: @escaping (MLXArray) -> Result? = { $0 },
        isLeaf: (Module, String, ModuleItem) -> Bool = Module.isLeafDefault
    ) -> NestedDictionary<String, Result> {
        filterMap(filter: Self.filterValidParameters, map: Self.mapParameters(map: map), isLeaf: isLeaf)
    }

    /// All parameters of this module and of all modules below it.
    open func parameters() -> ModuleParameters {
        filterMap(filter: Self.filterValidParameters, map: Self.mapParameters())
    }

    /// The parameters that are not frozen, of this module and of all modules below it.
    open func trainableParameters() -> ModuleParameters {
        filterMap(filter: Self.filterTrainableParameters, map: Self.mapParameters())
    }

    /// The modules that this module holds directly.
    open func children() -> ModuleChildren {
        filterMap(filter: Self.filterValidChild, map: Self.mapModule(), isLeaf: Self.isLeafModule)
    }

    /// The modules below this one that hold no further module.
    open func leafModules() -> ModuleChildren {
        filterMap(filter: Self.filterValidChild, map: Self.mapModule(), isLeaf: Self.isLeafModuleNoChildren)
    }

    /// Calls `visitor` with this module (under the key "") and with every module below it (under its dotted key).
    ///
    /// A module comes before the modules that it holds.
    open func visit(modules visitor: (String, Module) throws -> Void) rethrows {
        var pending = [("", self as Module)]
        while let (key, module) = pending.popLast() {
            try visitor(key, module)
            pending += module.children().flattened(prefix: key.isEmpty ? nil : key)
        }
    }

    /// This module and every module below it.
    open func modules() -> [Module] {
        namedModules().map { $0.1 }
    }

    /// This module (under the key "") and every module below it with its dotted key.
    open func namedModules() -> [(String, Module)] {
        var named = [(String, Module)]()
        visit { named.append(($0, $1)) }
        return named
    }

    /// The text in brackets after the type's name in ``description``: by default the settings with their values.
    ///
    /// - Parameter indent: the column at which the module's own text starts.
    open func describeExtra(_ indent: Int) -> String {
        let settings = filterMap(filter: Self.filterOther, map: Self.mapOther()).flattened()
        if settings.isEmpty { return "" }
        return "(" + settings.map { "\($0.0)=\($0.1)" }.joined(separator: ", ") + ")"
    }

    // MARK: Changing parameters

    /// Replaces parameters without checks; parameters that `parameters` leaves out stay as they are.
    ///
    /// - Precondition: `parameters` puts arrays where the module has arrays and containers where it has containers.
    ///   Use ``update(parameters:verify:path:modulePath:)`` for parameters of unknown origin.
    @discardableResult
    public func update(parameters: ModuleParameters) -> Self {
        do {
            return try update(parameters: parameters, verify: .none)
        } catch {
            fatalError("update(parameters:) of \(typeName(self)): \(error.localizedDescription)")
        }
    }

    /// Replaces parameters, checked as `verify` asks.
    ///
    /// A parameter that passes its checks is replaced even if others fail theirs.
    ///
    /// - Parameters:
    ///   - parameters: the new arrays, in the shape that ``parameters()`` returns.
    ///   - verify: which deviations are errors.
    ///   - path: the keys that lead here from the root; only ever given in the recursion.
    ///   - modulePath: the type names that lead here from the root; only ever given in the recursion.
    /// - Throws: ``UpdateError``. It names everything that is wrong, not just the first thing: all missing and
    ///   unexpected keys and all wrong shapes, each with its full key.
    @discardableResult
    open func update(
        parameters: ModuleParameters, verify: VerifyUpdate, path: [String] = [], modulePath: [String] = []
    ) throws -> Self {
        let update = ParameterUpdate(module: self, verify: verify, modulePath: modulePath + [typeName(self)])
        try update.run(parameters, path: path)
        try update.throwProblems(atRoot: path.isEmpty && modulePath.isEmpty)
        return self
    }

    /// Is called when a parameter gets no value though all must have one.
    ///
    /// It throws ``UpdateError/keyNotFound(path:modules:)``; a subclass may override it to do without the parameter.
    ///
    /// - Parameters:
    ///   - parameter: the parameter's key in this module.
    ///   - verify: the checks asked for.
    ///   - path: the keys that lead from the root to the parameter.
    ///   - modulePath: the type names that lead from the root to this module.
    open func updateMissing(
        parameter: String, verify: VerifyUpdate, path: [String], modulePath: [String]
    ) throws {
        throw UpdateError.keyNotFound(path: path, modules: modulePath)
    }

    /// Replaces parameters of this module and of all modules below it by a function of themselves.
    ///
    /// - Parameters:
    ///   - filter: which parameters.
    ///   - map: the new array for the old one.
    @discardableResult
    open func apply(
        filter: (Module, String, ModuleItem) -> Bool = Module.filterValidParameters,
        map: @escaping (MLXArray) -> MLXArray
    ) -> Self {
        update(parameters: filterMap(filter: filter, map: Self.mapParameters(map: map)))
    }

    // MARK: Changing modules

    /// Replaces modules without a check for unused keys; modules that `modules` leaves out stay as they are.
    ///
    /// - Precondition: `modules` fits the module's shape, and each replaced module stands in a ``ModuleInfo``
    ///   of a suitable type.
    @discardableResult
    public func update(modules: ModuleChildren) -> Self {
        do {
            return try update(modules: modules, verify: .none)
        } catch {
            fatalError("update(modules:) of \(typeName(self)): \(error.localizedDescription)")
        }
    }

    /// Replaces modules, for example by their quantized counterparts.
    ///
    /// - Parameters:
    ///   - modules: the new modules, in the shape that ``children()`` or ``leafModules()`` returns. Keys that it leaves
    ///     out stay; an explicit `.none` for a single module sets an optional property to nil. A list replaces modules
    ///     if its first element is one, and then has the new length (`.none` further on keeps what was there); if the
    ///     first element is a dictionary, every element is one, for the modules below. A dictionary of modules replaces
    ///     all entries.
    ///   - verify: only ``VerifyUpdate/noUnusedKeys`` matters here.
    ///   - path: the keys that lead here from the root; only ever given in the recursion.
    ///   - modulePath: the type names that lead here from the root; only ever given in the recursion.
    /// - Throws: ``UpdateError`` if a key is unknown, its module is not in a ``ModuleInfo`` or has another type, or a
    ///   list has holes.
    @discardableResult
    open func update(
        modules: ModuleChildren, verify: VerifyUpdate, path: [String] = [], modulePath: [String] = []
    ) throws -> Self {
        // Whatever happens, the remembered properties may be out of date afterwards.
        defer { reflection = nil }
        let update = ModuleUpdate(module: self, verify: verify, modulePath: modulePath + [typeName(self)])
        try update.run(modules, path: path)
        return self
    }

    /// Puts a new value into the ``ModuleInfo`` property with the given key.
    ///
    /// ``update(modules:verify:path:modulePath:)`` calls it; a subclass that wraps another module may override it.
    ///
    /// - Parameters:
    ///   - key: the property's key.
    ///   - value: a module, nil, an array or a dictionary of modules.
    /// - Throws: ``UpdateError/needModuleInfo(_:)`` if there is no such property or the value has another type.
    open func updateModule(key: String, _ value: Any) throws {
        guard let slot = reflected().slots[key] else {
            throw UpdateError.needModuleInfo(
                "\(typeName(self)).\(key) can't be replaced: declare it with @ModuleInfo")
        }
        do {
            try slot.replace(with: value)
        } catch {
            throw UpdateError.needModuleInfo(
                "\(typeName(self)).\(key) can't hold a value of type \(typeName(value)): \(error.localizedDescription)")
        }
    }

    // MARK: Freezing

    /// Freezes parameters: ``freeze(recursive:keys:strict:)`` without the check of the keys.
    public func freeze(recursive: Bool = true, keys: [String]? = nil) {
        do {
            try freeze(recursive: recursive, keys: keys, strict: false)
        } catch {
            fatalError("freeze() of \(typeName(self)): \(error.localizedDescription)")
        }
    }

    /// Takes parameters out of training: ``trainableParameters()`` no longer holds them.
    ///
    /// - Parameters:
    ///   - recursive: whether to go on to the modules below.
    ///   - keys: the keys to freeze in each module; nil for all parameters.
    ///   - strict: whether each module visited must have each of `keys`.
    /// - Throws: ``UpdateError`` with all missing keys, if `strict`; nothing is frozen then.
    open func freeze(recursive: Bool = true, keys: [String]? = nil, strict: Bool = false) throws {
        try changeFrozenKeys(recursive: recursive, keys: keys, strict: strict) { $0.formUnion($1) }
    }

    /// Takes parameters back into training: ``unfreeze(recursive:keys:strict:)`` without the check of the keys.
    public func unfreeze(recursive: Bool = true, keys: [String]? = nil) {
        do {
            try unfreeze(recursive: recursive, keys: keys, strict: false)
        } catch {
            fatalError("unfreeze() of \(typeName(self)): \(error.localizedDescription)")
        }
    }

    /// Takes parameters back into training.
    ///
    /// - Parameters:
    ///   - recursive: whether to go on to the modules below.
    ///   - keys: the keys to unfreeze in each module; nil for all parameters.
    ///   - strict: whether each module visited must have each of `keys`.
    /// - Throws: ``UpdateError`` with all missing keys, if `strict`; nothing is unfrozen then.
    open func unfreeze(recursive: Bool = true, keys: [String]? = nil, strict: Bool = false) throws {
        try changeFrozenKeys(recursive: recursive, keys: keys, strict: strict) { $0.subtract($1) }
    }

    /// The keys of this module's own parameters that are frozen.
    open func noGrad() -> Set<String> {
        frozenKeys
    }

    /// Is called after ``noGrad()`` changed, for subclasses that act on it.
    open func didSetNoGrad(_ noGrad: Set<String>) {}

    // MARK: Training mode

    /// Switches this module and every module below it to training or to inference.
    public func train(_ mode: Bool = true) {
        visit { _, module in
            module.training = mode
            module.didSetTrain(mode)
        }
    }

    /// Is called after ``training`` was set, for subclasses that act on it.
    open func didSetTrain(_ mode: Bool) {}

    private func reflected() -> ModuleReflection {
        if let reflection { return reflection }
        let fresh = ModuleReflection(of: self)
        reflection = fresh
        return fresh
    }
}

/// A module that maps one array to one array.
public protocol UnaryLayer: Module {
    /// Applies the layer.
    func callAsFunction(_ x: MLXArray) -> MLXArray
}

extension Module: Updatable, Evaluatable {
    /// Every array of this module and of all modules below it, state included; what `eval(module)` computes.
    public func innerState() -> [MLXArray] {
        filterMap(filter: Self.filterAll, map: Self.mapParameters()).flattenedValues()
    }
}
