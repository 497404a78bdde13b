/// A ``NestedItem`` that is a dictionary, for instance the parameters of a module.
public struct NestedDictionary<Key: Hashable, Element>: CustomStringConvertible {
    private var contents: [Key: NestedItem<Key, Element>] = [:]

    /// An empty dictionary.
    public init() {}

    /// A dictionary of trees.
    public init(values: [Key: NestedItem<Key, Element>]) {
        contents = values
    }

    /// The dictionary that an item is.
    ///
    /// Other items are a programmer's error, but ``NestedItem/none`` is empty.
    public init(item: NestedItem<Key, Element>) {
        switch item {
        case .none: break
        case .dictionary(let values): contents = values
        case .value, .array: preconditionFailure("the item is not a dictionary: \(item)")
        }
    }

    /// The tree of a key.
    public subscript(key: Key) -> NestedItem<Key, Element>? {
        get { contents[key] }
        set { contents[key] = newValue }
    }

    /// The value of a key; `nil` if its tree is not a single value.
    public subscript(unwrapping key: Key) -> Element? {
        get {
            if case .value(let element) = contents[key] { element } else { nil }
        }
        set { contents[key] = newValue.map { .value($0) } }
    }

    /// The keys.
    public var keys: Dictionary<Key, NestedItem<Key, Element>>.Keys { contents.keys }

    /// The trees.
    public var values: Dictionary<Key, NestedItem<Key, Element>>.Values { contents.values }

    /// Whether there are no entries.
    public var isEmpty: Bool { contents.isEmpty }

    /// The number of entries of the dictionary itself.
    public var count: Int { contents.count }

    /// The dictionary as an item.
    public func asItem() -> NestedItem<Key, Element> { .dictionary(contents) }

    /// The values alone; see ``NestedItem/unwrap()``.
    public func asDictionary() -> [Key: Any?] { contents.mapValues { $0.unwrap() } }

    public var description: String { asItem().description }

    // MARK: Flat forms

    /// All values with their paths, in the order of the paths' parts.
    public func flattened(prefix: String? = nil) -> [(String, Element)] {
        asItem().flattened(prefix: prefix)
    }

    /// All values, in the order of ``flattened(prefix:)``.
    public func flattenedValues() -> [Element] {
        asItem().flattenedValues()
    }

    /// The tree of values with paths; see ``NestedItem/unflattened(_:)``.
    ///
    /// The first part of a path names a key, even if it is a number.
    public static func unflattened(_ flat: some Collection<(String, Element)>) -> Self where Key == String {
        switch NestedItem.unflattened(flat) {
        case .array(let items):
            Self(
                values: Dictionary(uniqueKeysWithValues: items.enumerated().map { ("\($0)", $1) })
                    .filter { if case .none = $0.value { false } else { true } })
        case .value(let element): Self(values: ["": .value(element)])
        case let item: Self(item: item)
        }
    }

    /// The tree of values with paths.
    public static func unflattened(_ flat: [String: Element]) -> Self where Key == String {
        unflattened(flat.map { ($0.key, $0.value) })
    }

    /// The tree with its values replaced, in the order of ``flattened(prefix:)``.
    public func replacingValues(with values: some Collection<Element>) -> Self {
        var iterator = values.makeIterator()
        return Self(item: asItem().replacingValues(from: &iterator))
    }

    /// All values folded into one.
    ///
    /// The order of a dictionary's entries is not defined.
    public func reduce<R>(_ initialValue: R, _ reducer: (R, Element) throws -> R) rethrows -> R {
        try asItem().reduce(initialValue, reducer)
    }

    // MARK: Trees made from trees

    /// The tree with every value transformed.
    public func mapValues<Result>(
        transform: (Element) throws -> Result
    ) rethrows -> NestedDictionary<Key, Result> {
        NestedDictionary<Key, Result>(item: try asItem().mapValues(transform))
    }

    /// The tree with every value transformed, given its path.
    public func mapValues<Result>(
        transform: (String, Element) throws -> Result
    ) rethrows -> NestedDictionary<Key, Result> {
        NestedDictionary<Key, Result>(item: try asItem().mapValues(transform))
    }

    /// The tree with every value transformed, without those for which the result is `nil` and what is then empty.
    public func compactMapValues<Result>(
        transform: (Element) throws -> Result?
    ) rethrows -> NestedDictionary<Key, Result> {
        NestedDictionary<Key, Result>(item: try asItem().compactMapValues(transform))
    }

    /// Two trees made from this one and another of its shape.
    ///
    /// Where the other has no value, `nil` takes its place.
    public func mapValues<E2, R1, R2>(
        _ dictionary1: NestedDictionary<Key, E2>, transform: (Element, E2?) throws -> (R1, R2?)
    ) rethrows -> (NestedDictionary<Key, R1>, NestedDictionary<Key, R2>) {
        let (first, second) = try asItem().mapValues(dictionary1.asItem(), transform)
        return (NestedDictionary<Key, R1>(item: first), NestedDictionary<Key, R2>(item: second))
    }

    /// A tree made from this one and another of its shape.
    ///
    /// Where the other has no value, `nil` takes its place.
    public func mapValues<E2, R1>(
        _ dictionary1: NestedDictionary<Key, E2>, transform: (Element, E2?) -> R1
    ) -> NestedDictionary<Key, R1> {
        mapValues(dictionary1) { a, b -> (R1, Never?) in (transform(a, b), nil) }.0
    }

    /// Three trees made from this one and two others of its shape.
    ///
    /// Where these have no value, `nil` takes its place.
    public func mapValues<E2, E3, R1, R2, R3>(
        _ dictionary1: NestedDictionary<Key, E2>, _ dictionary2: NestedDictionary<Key, E3>,
        transform: (Element, E2?, E3?) throws -> (R1, R2?, R3?)
    ) rethrows -> (NestedDictionary<Key, R1>, NestedDictionary<Key, R2>, NestedDictionary<Key, R3>) {
        let results = try asItem().mapValues(dictionary1.asItem(), dictionary2.asItem(), transform)
        return (
            NestedDictionary<Key, R1>(item: results.0), NestedDictionary<Key, R2>(item: results.1),
            NestedDictionary<Key, R3>(item: results.2)
        )
    }

    /// Two trees made from this one and two others of its shape.
    ///
    /// Where these have no value, `nil` takes its place.
    public func mapValues<E2, E3, R1, R2>(
        _ dictionary1: NestedDictionary<Key, E2>, _ dictionary2: NestedDictionary<Key, E3>,
        transform: (Element, E2?, E3?) -> (R1, R2?)
    ) -> (NestedDictionary<Key, R1>, NestedDictionary<Key, R2>) {
        let results = mapValues(dictionary1, dictionary2) { a, b, c -> (R1, R2?, Never?) in
            let (r1, r2) = transform(a, b, c)
            return (r1, r2, nil)
        }
        return (results.0, results.1)
    }
}

extension NestedDictionary: Equatable where Element: Equatable {}

extension NestedDictionary: Sendable where Element: Sendable, Key: Sendable {}

extension NestedDictionary: Collection {
    /// An entry.
    public typealias CollectionElement = Dictionary<Key, NestedItem<Key, Element>>.Element
    /// The place of an entry.
    public typealias Index = Dictionary<Key, NestedItem<Key, Element>>.Index

    public var startIndex: Index { contents.startIndex }

    public var endIndex: Index { contents.endIndex }

    public subscript(position: Index) -> CollectionElement { contents[position] }

    public func index(after i: Index) -> Index { contents.index(after: i) }
}
