// Trees made from trees.

extension NestedItem {

    /// The tree with every value transformed.
    public func mapValues<Result>(_ transform: (Element) throws -> Result) rethrows -> NestedItem<Key, Result> {
        switch self {
        case .none: .none
        case .value(let element): .value(try transform(element))
        case .array(let array): .array(try array.map { try $0.mapValues(transform) })
        case .dictionary(let dictionary): .dictionary(try dictionary.mapValues { try $0.mapValues(transform) })
        }
    }

    /// The tree with every value transformed, given its path.
    public func mapValues<Result>(
        prefix: String? = nil, _ transform: (String, Element) throws -> Result
    ) rethrows -> NestedItem<Key, Result> {
        func path(_ name: String) -> String { prefix.map { "\($0).\(name)" } ?? name }
        switch self {
        case .none:
            return .none
        case .value(let element):
            return .value(try transform(prefix ?? "", element))
        case .array(let array):
            return .array(try array.enumerated().map { try $1.mapValues(prefix: path("\($0)"), transform) })
        case .dictionary(let dictionary):
            var result: [Key: NestedItem<Key, Result>] = [:]
            for (key, item) in dictionary.sorted(by: { String(describing: $0.key) < String(describing: $1.key) }) {
                result[key] = try item.mapValues(prefix: path(String(describing: key)), transform)
            }
            return .dictionary(result)
        }
    }

    /// The tree with every value transformed, without those for which the result is `nil` and what is then empty.
    public func compactMapValues<Result>(
        _ transform: (Element) throws -> Result?
    ) rethrows -> NestedItem<Key, Result> {
        switch self {
        case .none:
            return .none
        case .value(let element):
            return try transform(element).map { .value($0) } ?? .none
        case .array(let array):
            let result = try array.map { try $0.compactMapValues(transform) }.filter { !$0.isNone }
            return result.isEmpty ? .none : .array(result)
        case .dictionary(let dictionary):
            let result = try dictionary.mapValues { try $0.compactMapValues(transform) }.filter { !$0.value.isNone }
            return result.isEmpty ? .none : .dictionary(result)
        }
    }

    private var isNone: Bool {
        if case .none = self { true } else { false }
    }

    /// Two trees made from this one and another of its shape.
    ///
    /// Where the other has no value, `nil` takes its place.
    public func mapValues<E2, R1, R2>(
        _ item: NestedItem<Key, E2>, _ transform: (Element, E2?) throws -> (R1, R2?)
    ) rethrows -> (NestedItem<Key, R1>, NestedItem<Key, R2>) {
        let (first, second, _) = try mapValues(item, NestedItem<Key, Never>.none) { a, b, _ -> (R1, R2?, Never?) in
            let (r1, r2) = try transform(a, b)
            return (r1, r2, nil)
        }
        return (first, second)
    }

    /// Three trees made from this one and two others of its shape.
    ///
    /// Where these have no value, `nil` takes its place.
    public func mapValues<E2, E3, R1, R2, R3>(
        _ item1: NestedItem<Key, E2>, _ item2: NestedItem<Key, E3>,
        _ transform: (Element, E2?, E3?) throws -> (R1, R2?, R3?)
    ) rethrows -> (NestedItem<Key, R1>, NestedItem<Key, R2>, NestedItem<Key, R3>) {
        switch self {
        case .none:
            return (.none, .none, .none)

        case .value(let element):
            let (r1, r2, r3) = try transform(element, item1.element, item2.element)
            return (.value(r1), r2.map { .value($0) } ?? .none, r3.map { .value($0) } ?? .none)

        case .array(let array):
            let (others1, others2) = (item1.elements, item2.elements)
            var results: ([NestedItem<Key, R1>], [NestedItem<Key, R2>], [NestedItem<Key, R3>]) = ([], [], [])
            for (i, item) in array.enumerated() {
                let result = try item.mapValues(
                    i < others1.count ? others1[i] : .none, i < others2.count ? others2[i] : .none, transform)
                results.0.append(result.0)
                results.1.append(result.1)
                results.2.append(result.2)
            }
            return (.array(results.0), .array(results.1), .array(results.2))

        case .dictionary(let dictionary):
            let (others1, others2) = (item1.entries, item2.entries)
            var results: ([Key: NestedItem<Key, R1>], [Key: NestedItem<Key, R2>], [Key: NestedItem<Key, R3>])
            results = ([:], [:], [:])
            for (key, item) in dictionary {
                let result = try item.mapValues(others1[key] ?? .none, others2[key] ?? .none, transform)
                results.0[key] = result.0
                results.1[key] = result.1
                results.2[key] = result.2
            }
            return (.dictionary(results.0), .dictionary(results.1), .dictionary(results.2))
        }
    }

    // What stands at a place of a tree that should have this tree's shape.

    private var element: Element? {
        switch self {
        case .none: nil
        case .value(let element): element
        case .array, .dictionary: preconditionFailure("a value can't be mapped together with a list or a dictionary")
        }
    }

    private var elements: [NestedItem<Key, Element>] {
        switch self {
        case .none: []
        case .array(let array): array
        case .value, .dictionary: preconditionFailure("a list can't be mapped together with a value or a dictionary")
        }
    }

    private var entries: [Key: NestedItem<Key, Element>] {
        switch self {
        case .none: [:]
        case .dictionary(let dictionary): dictionary
        case .value, .array: preconditionFailure("a dictionary can't be mapped together with a value or a list")
        }
    }
}
