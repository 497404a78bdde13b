import MLX

/// A property wrapper that may give its property another key.
protocol KeyedProperty: AnyObject {
    /// The key, if it isn't the property's name.
    var key: String? { get }

    /// The wrapped value; a nil if there is none yet.
    var content: Any { get }
}

/// A property whose modules can be replaced.
protocol ModuleSlot: AnyObject {
    /// Puts `value` into the property.
    ///
    /// - Throws: ``UpdateError/unableToCast(_:)`` if the property can't hold it.
    func replace(with value: Any) throws
}

/// Names a parameter: the key under which a checkpoint has it.
///
/// ```swift
/// @ParameterInfo(key: "scale_shift_table") var table: MLXArray
/// ```
///
/// The property is an array, an optional array, two or three arrays in a tuple, or an array or a dictionary of arrays.
/// It is assigned once, in the initializer; from then on ``Module/update(parameters:)`` changes it.
@propertyWrapper public final class ParameterInfo<T>: KeyedProperty {
    private var stored: T?
    let key: String?

    /// Wraps a value.
    ///
    /// - Parameter key: the parameter's key; nil for the property's name.
    public init(wrappedValue defaultValue: T, key: String? = nil) {
        stored = defaultValue
        self.key = key
        Self.checkType()
    }

    /// Wraps a value that the module's initializer assigns later.
    ///
    /// - Parameter key: the parameter's key; nil for the property's name.
    public init(key: String? = nil) {
        self.key = key
        Self.checkType()
    }

    /// The parameter.
    ///
    /// - Precondition: it is read only after it was assigned (an optional one is nil before), and assigned only once.
    public var wrappedValue: T {
        get {
            guard let value = storedOrNil(stored) else {
                fatalError("read a @ParameterInfo property\(keyText(key)) before its assignment")
            }
            return value
        }
        set {
            guard stored == nil else {
                fatalError("assigned a @ParameterInfo property\(keyText(key)) twice: use update(parameters:)")
            }
            stored = newValue
        }
    }

    var content: Any {
        if let stored { stored } else { Any?.none as Any }
    }

    private static func checkType() {
        let types: [Any.Type] = [
            MLXArray.self, MLXArray?.self, (MLXArray, MLXArray).self, (MLXArray, MLXArray, MLXArray).self,
            [MLXArray].self, [String: MLXArray].self,
        ]
        guard types.contains(where: { $0 == T.self }) else {
            fatalError("@ParameterInfo can't be applied to a property of type \(T.self)")
        }
    }
}

/// Names a child module and makes it replaceable.
///
/// ```swift
/// @ModuleInfo(key: "q_proj") var query: Linear
/// @ModuleInfo(key: "layers") var layers: [Block]
/// ```
///
/// ``Module/update(modules:)``, and so ``quantize(model:groupSize:bits:mode:filter:apply:)``, can replace only modules
/// that stand in such a property: a module, an optional one, a tuple of up to five, an array, or a dictionary.
/// It is assigned once, in the initializer.
@propertyWrapper public final class ModuleInfo<T>: KeyedProperty, ModuleSlot {
    private var stored: T?
    let key: String?

    /// Wraps a value.
    ///
    /// - Parameter key: the module's key; nil for the property's name.
    public init(wrappedValue defaultValue: T, key: String? = nil) {
        stored = defaultValue
        self.key = key
    }

    /// Wraps a value that the module's initializer assigns later.
    ///
    /// - Parameter key: the module's key; nil for the property's name.
    public init(key: String? = nil) {
        self.key = key
    }

    /// The module or modules.
    ///
    /// - Precondition: it is read only after it was assigned (an optional one is nil before), and assigned only once.
    public var wrappedValue: T {
        get {
            guard let value = storedOrNil(stored) else {
                fatalError("read a @ModuleInfo property\(keyText(key)) before its assignment")
            }
            return value
        }
        set {
            guard stored == nil else {
                fatalError("assigned a @ModuleInfo property\(keyText(key)) twice: use update(modules:)")
            }
            stored = newValue
        }
    }

    var content: Any {
        if let stored { stored } else { Any?.none as Any }
    }

    func replace(with value: Any) throws {
        if let value = value as? T {
            stored = value
        } else if let modules = value as? [Module], let tuple = tuple(of: modules) as? T {
            stored = tuple
        } else {
            throw UpdateError.unableToCast(String(describing: T.self))
        }
    }
}

/// What a property holds: its value, or nil (of the optional type `T`) if it was never assigned.
private func storedOrNil<T>(_ stored: T?) -> T? {
    stored ?? (T.self as? any OptionalValue.Type)?.nilValue as? T
}

private func keyText(_ key: String?) -> String {
    key.map { " with the key \"\($0)\"" } ?? ""
}

/// Two to five modules as a tuple, other numbers as nil.
private func tuple(of modules: [Module]) -> Any? {
    switch modules.count {
    case 2: (modules[0], modules[1])
    case 3: (modules[0], modules[1], modules[2])
    case 4: (modules[0], modules[1], modules[2], modules[3])
    case 5: (modules[0], modules[1], modules[2], modules[3], modules[4])
    default: nil
    }
}
