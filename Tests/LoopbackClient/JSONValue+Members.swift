package import MusicCore

extension JSONValue {
    package subscript(name: String) -> JSONValue {
        guard case .object(let object) = self else { return .null }
        return object[name] ?? .null
    }

    package subscript(index: Int) -> JSONValue {
        list.indices.contains(index) ? list[index] : .null
    }

    package var list: [JSONValue] {
        guard case .list(let items) = self else { return [] }
        return items
    }
}
