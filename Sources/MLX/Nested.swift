/// A type that describes itself over several lines.
public protocol IndentedDescription: CustomStringConvertible {
    /// The description, with the lines after the first indented by a number of spaces.
    func description(indent: Int) -> String
}

extension IndentedDescription {
    public var description: String { description(indent: 0) }
}

/// The description of any value, indented if the value knows how.
public func indentedDescription(_ value: Any, _ indent: Int) -> String {
    (value as? any IndentedDescription)?.description(indent: indent) ?? String(describing: value)
}

/// A tree of values: a value, or a list or a dictionary of trees.
///
/// The parameters of a module form such a tree. A place in it has a path like `layers.0.weight`.
public indirect enum NestedItem<Key: Hashable, Element>: IndentedDescription {
    /// Nothing.
    case none
    /// A value.
    case value(Element)
    /// A list of trees.
    case array([NestedItem<Key, Element>])
    /// A dictionary of trees.
    case dictionary([Key: NestedItem<Key, Element>])

    /// The values alone: a value, a list or a dictionary of these, or `nil`.
    public func unwrap() -> Any? {
        switch self {
        case .none: nil
        case .value(let element): element
        case .array(let array): array.map { $0.unwrap() }
        case .dictionary(let dictionary): dictionary.mapValues { $0.unwrap() }
        }
    }

    /// All values folded into one.
    ///
    /// The order of a dictionary's entries is not defined.
    public func reduce<R>(_ initialValue: R, _ reducer: (R, Element) throws -> R) rethrows -> R {
        switch self {
        case .none: initialValue
        case .value(let element): try reducer(initialValue, element)
        case .array(let array): try array.reduce(initialValue) { try $1.reduce($0, reducer) }
        case .dictionary(let dictionary): try dictionary.values.reduce(initialValue) { try $1.reduce($0, reducer) }
        }
    }

    /// A dictionary's entries in the order of their keys' descriptions.
    private static func sorted<E>(_ dictionary: [Key: NestedItem<Key, E>]) -> [(key: Key, value: NestedItem<Key, E>)] {
        dictionary.sorted { String(describing: $0.key) < String(describing: $1.key) }
    }

    private static func path(_ prefix: String?, _ name: String) -> String {
        prefix.map { "\($0).\(name)" } ?? name
    }

    // MARK: Flat forms

    /// All values with their paths, in the order of the paths' parts.
    public func flattened(prefix: String? = nil) -> [(String, Element)] {
        switch self {
        case .none: []
        case .value(let element): [(prefix ?? "", element)]
        case .array(let array):
            array.enumerated().flatMap { $1.flattened(prefix: Self.path(prefix, "\($0)")) }
        case .dictionary(let dictionary):
            Self.sorted(dictionary).flatMap { $0.value.flattened(prefix: Self.path(prefix, "\($0.key)")) }
        }
    }

    /// All values, in the order of ``flattened(prefix:)``.
    public func flattenedValues() -> [Element] {
        flattened().map(\.1)
    }

    /// The tree of values with paths.
    ///
    /// A part of a path that is a number makes a list, in which places without a value are ``none``. Of several values
    /// for one place the last one counts, and a value hides what would lie below it.
    public static func unflattened(_ tree: some Collection<(Key, Element)>) -> NestedItem<Key, Element>
    where Key == String {
        tree.isEmpty ? .dictionary([:]) : grow(tree.map { ($0.0.isEmpty ? nil : $0.0[...], $0.1) })
    }

    /// The tree of values with what is left of their paths: `nil` at the end of one.
    private static func grow(_ leaves: [(Substring?, Element)]) -> NestedItem<Key, Element> where Key == String {
        if let leaf = leaves.last(where: { $0.0 == nil }) {
            return .value(leaf.1)
        }
        var branches: [Substring: [(Substring?, Element)]] = [:]
        for case (let path?, let element) in leaves {
            let end = path.firstIndex(of: ".")
            branches[path[..<(end ?? path.endIndex)], default: []]
                .append((end.map { path[path.index(after: $0)...] }, element))
        }
        guard let last = lastIndex(branches.keys) else {
            return .dictionary(
                Dictionary(uniqueKeysWithValues: branches.map { (String($0.key), grow($0.value)) }))
        }
        var result = [NestedItem<Key, Element>](repeating: .none, count: last + 1)
        for (name, leaves) in branches {
            if let index = Int(name) {
                result[index] = grow(leaves)
            }
        }
        return .array(result)
    }

    /// The greatest of some names if all are the numbers of a list's elements.
    private static func lastIndex(_ names: some Collection<Substring>) -> Int? {
        // A list that long would come from a file that lies.
        let allowed = 0..<(1 << 20)
        let indices = names.compactMap { name in
            Int(name).flatMap { allowed.contains($0) && String($0) == name ? $0 : nil }
        }
        return indices.count == names.count ? indices.max() : nil
    }

    /// The tree with its values replaced, in the order of ``flattened(prefix:)``.
    ///
    /// There must be enough of them.
    func replacingValues(from values: inout some IteratorProtocol<Element>) -> NestedItem<Key, Element> {
        switch self {
        case .none:
            return .none
        case .value(let element):
            return .value(values.next() ?? element)
        case .array(let array):
            return .array(array.map { $0.replacingValues(from: &values) })
        case .dictionary(let dictionary):
            var result = dictionary
            for (key, item) in Self.sorted(dictionary) {
                result[key] = item.replacingValues(from: &values)
            }
            return .dictionary(result)
        }
    }

    // MARK: Description

    public func description(indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        func list(_ rows: [String]) -> String {
            "[\n\(margin)  \(rows.joined(separator: ",\n\(margin)  "))\n\(margin)]"
        }
        switch self {
        case .none: return "none"
        case .value(let element): return indentedDescription(element, indent + 2)
        case .array(let array): return list(array.map { indentedDescription($0, indent + 2) })
        case .dictionary(let dictionary):
            return list(Self.sorted(dictionary).map { "\($0.key): \(indentedDescription($0.value, indent + 2))" })
        }
    }
}

extension NestedItem: Equatable where Element: Equatable {}

extension NestedItem: Sendable where Element: Sendable, Key: Sendable {}
