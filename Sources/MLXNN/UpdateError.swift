import Foundation

/// What ``Module/update(parameters:verify:path:modulePath:)`` and
/// ``Module/update(modules:verify:path:modulePath:)`` refuse.
///
/// `path` holds the keys and `modules` the type names that lead from the root to the place.
public enum UpdateError: Error {
    /// A container of modules got something that is not a module.
    case unableToCollectModulesFromContainer(path: [String], modules: [String])
    /// An array of modules and its replacement differ in structure.
    case mismatchedContainers(base: String, key: String)
    /// A parameter has another shape than the array for it.
    case mismatchedSize(path: [String], modules: [String], expectedShape: [Int], actualShape: [Int])
    /// A parameter got no array.
    case keyNotFound(path: [String], modules: [String])
    /// A module can't be replaced because it doesn't stand in a ``ModuleInfo`` of a suitable type; says where and why.
    case needModuleInfo(String)
    /// Several things are wrong at once; the text names all of them.
    case unableToSet(String)
    /// A value doesn't fit the property, whose type is given.
    case unableToCast(String)
    /// One module got values for keys that it does not have; `keys` are dotted where a whole subtree is unknown.
    case unhandledKeys(path: [String], modules: [String], keys: [String])
    /// A parameter got a module.
    case settingArrayWithModule(path: [String], modules: [String])
    /// Something that is no parameter got an array, or the structures differ.
    case incompatibleItems(path: [String], modules: [String], item: String, value: String)
    /// An array of modules got a value of unusable structure.
    case unexpectedStructure(key: String, item: String)
}

extension UpdateError: LocalizedError {
    /// One line that names every key concerned, with shapes where they matter.
    public var errorDescription: String? {
        switch self {
        case .unableToCollectModulesFromContainer(let path, let modules):
            "\(dotted(path)) in \(dotted(modules)) got something that is not a module"
        case .mismatchedContainers(let base, let key):
            "\(key) of \(base) and its replacement differ in structure"
        case .mismatchedSize(let path, let modules, let expected, let actual):
            "\(dotted(path)) in \(dotted(modules)) has the shape \(actual), expected \(expected)"
        case .keyNotFound(let path, let modules):
            "\(dotted(path)) in \(dotted(modules)) is missing"
        case .needModuleInfo(let text), .unableToSet(let text):
            text
        case .unableToCast(let type):
            "the value is not a \(type)"
        case .unhandledKeys(let path, let modules, let keys):
            "\(dotted(modules)) has no \(keys.map { dotted(path + [$0]) }.joined(separator: ", "))"
        case .settingArrayWithModule(let path, let modules):
            "\(dotted(path)) in \(dotted(modules)) is an array and can't become a module"
        case .incompatibleItems(let path, let modules, let item, let value):
            "\(dotted(path)) in \(dotted(modules)) is \(item) and can't take \(value)"
        case .unexpectedStructure(let key, let item):
            "\(key) of \(item) got a value of unusable structure"
        }
    }
}

extension UpdateError: CustomStringConvertible {
    public var description: String { errorDescription ?? "" }
}

extension UpdateError {
    /// How ``incompatibleItems(path:modules:item:value:)`` describes an optional property that is nil.
    static let absent = "nil"

    /// One error for all `problems`: the only one as it is, several as a text that names all of them by kind.
    ///
    /// - Parameters:
    ///   - problems: at least one.
    ///   - root: the name of the type whose update failed.
    static func combining(_ problems: [UpdateError], root: String) -> UpdateError {
        if let only = problems.first, problems.count == 1 { return only }
        var missing = [String]()
        var unexpected = [String]()
        var misshaped = [String]()
        var others = [String]()
        for problem in problems {
            switch problem {
            case .keyNotFound(let path, _):
                missing.append(dotted(path))
            case .unhandledKeys(let path, _, let keys):
                unexpected += keys.map { dotted(path + [$0]) }
            case .mismatchedSize(let path, _, let expected, let actual):
                misshaped.append("\(dotted(path)) (expected \(expected), actual \(actual))")
            case .incompatibleItems(let path, _, Self.absent, let value):
                unexpected.append("\(dotted(path)) (\(value))")
            default:
                others.append(problem.localizedDescription)
            }
        }
        let parts = [
            list(missing, "missing key"), list(unexpected, "unexpected key"), list(misshaped, "mis-shaped parameter"),
            list(others, "other problem"),
        ]
        return .unableToSet("\(root) can't be updated: " + parts.compactMap { $0 }.joined(separator: "; "))
    }

    /// `2 missing keys: a, b`, sorted so that layer 10 follows layer 9; nil if there are none.
    private static func list(_ names: [String], _ what: String) -> String? {
        if names.isEmpty { return nil }
        let sorted = names.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        return "\(names.count) \(what)\(names.count == 1 ? "" : "s"): \(sorted.joined(separator: ", "))"
    }
}

/// Several problems on their way up the tree; the root turns them into one ``UpdateError``.
struct UpdateProblems: LocalizedError {
    let problems: [UpdateError]

    var errorDescription: String? { problems.map(\.description).joined(separator: "; ") }
}

private func dotted(_ path: [String]) -> String {
    path.joined(separator: ".")
}
