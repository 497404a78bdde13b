import MLX

extension Module: IndentedDescription {
    /// The tree of modules as text: type names, settings and children by key.
    ///
    /// - Parameter indent: the column at which the text starts; only the lines after the first are indented.
    public func description(indent: Int) -> String {
        let head = typeName(self) + describeExtra(indent)
        let children = children()
        if children.isEmpty { return head }
        let margin = String(repeating: " ", count: indent)
        let lines = children.sorted { $0.key < $1.key }.map { key, value in
            "\(margin)  \(key): \(text(of: value, indent: indent + 2)),\n"
        }
        return head + " {\n" + lines.joined() + margin + "}"
    }
}

/// Modules, or containers of them, as text that starts at the column `indent`.
private func text(of item: NestedItem<String, Module>, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    func list(_ lines: [String]) -> String {
        "[\n\(margin)  " + lines.joined(separator: ",\n\(margin)  ") + "\n\(margin)]"
    }
    switch item {
    case .none:
        return "none"
    case .value(let module):
        return module.description(indent: indent)
    case .array(let items):
        return list(items.map { text(of: $0, indent: indent + 2) })
    case .dictionary(let items):
        return list(items.sorted { $0.key < $1.key }.map { "\($0.key): \(text(of: $0.value, indent: indent + 2))" })
    }
}
