import MLX

/// What a stored property of a ``Module``, or an element of one, holds.
public enum ModuleValue {
    /// Nothing.
    case none

    /// A parameter, or an array of state.
    case parameters(MLXArray)

    /// A child.
    case module(Module)

    /// A setting: anything else.
    case other(Any)
}

/// The stored properties of one module, found once by reflection.
struct ModuleReflection {
    /// The properties by key.
    let items: ModuleItems

    /// The replaceable properties by key.
    let slots: [String: any ModuleSlot]

    init(of module: Module) {
        var items = ModuleItems()
        var slots = [String: any ModuleSlot]()
        var mirror: Mirror? = Mirror(reflecting: module)
        while let level = mirror, level.subjectType != Module.self {
            for child in level.children {
                guard let label = child.label else { continue }
                // The storage of a wrapped property `name` is called `_name`.
                if label.hasPrefix("_"), let wrapper = child.value as? any KeyedProperty {
                    let key = wrapper.key ?? String(label.dropFirst())
                    items[key] = moduleItem(wrapper.content)
                    slots[key] = wrapper as? any ModuleSlot
                } else {
                    items[label] = moduleItem(child.value)
                }
            }
            mirror = level.superclassMirror
        }
        self.items = items
        self.slots = slots
    }
}

/// Classifies a property's value, containers with all that they hold.
private func moduleItem(_ value: Any) -> ModuleItem {
    if let array = value as? MLXArray { return .value(.parameters(array)) }
    if let module = value as? Module { return .value(.module(module)) }
    // The usual settings come before the casts that take long to fail.
    if value is Int || value is Float || value is Bool { return .value(.other(value)) }
    if (value as? any OptionalValue)?.isNil == true { return .none }
    if let array = value as? [Any] { return .array(array.map(moduleItem)) }
    if let dictionary = value as? [String: Any] { return .dictionary(dictionary.mapValues(moduleItem)) }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .tuple, !mirror.children.isEmpty {
        return .array(mirror.children.map { moduleItem($0.value) })
    }
    return .value(.other(value))
}

/// Tells a nil of any type from a value.
protocol OptionalValue {
    static var nilValue: Self { get }
    var isNil: Bool { get }
}

extension Optional: OptionalValue {
    static var nilValue: Self { .none }
    var isNil: Bool { self == nil }
}

/// The name of a value's type without its module.
func typeName(_ value: Any) -> String {
    String(describing: type(of: value))
}
