import ArgumentParser
import Foundation
import MusicCore

/// One command-line option of a field.
struct FieldOption {
    /// How the option's value becomes the field's.
    private enum Form {
        /// An on and an off form.
        case flag
        /// One value.
        case value
        /// One value for each time it is given.
        case repeated
        /// One value for all songs, or one for each song if it is given several times.
        case perSong
        /// The name of a text file that holds the value, likewise.
        case textFile
    }

    /// What the parser knows the option by.
    let key: String
    private let field: FieldDescription
    private let form: Form

    /// The options of a field: its own, and one that takes a file for a text of several lines.
    static func of(_ field: FieldDescription) -> [FieldOption] {
        let form: Form =
            field.kind == .flag
            ? .flag : field.isRepeatable ? .repeated : field.kind == field.kind.ofOneSong ? .value : .perSong
        let own = FieldOption(key: field.name, field: field, form: form)
        guard field.kind.ofOneSong == .longText else { return [own] }
        return [own, FieldOption(key: field.name + "_file", field: field, form: .textFile)]
    }

    /// The parser's own property wrapper.
    var wrapper: Any {
        let names = NameSpecification(field.flags.map { .customLong(form == .textFile ? $0 + "-file" : $0) })
        switch form {
        case .flag:
            return Flag<Bool?>(name: names, inversion: .prefixedNo, help: ArgumentHelp(field.help))
        case .value:
            return Option<String?>(name: names, parsing: .unconditional, help: help, completion: completion)
        case .repeated, .perSong:
            return Option<[String]>(
                wrappedValue: [], name: names, parsing: .unconditionalSingleValue, help: help, completion: completion)
        case .textFile:
            return Option<[String]>(
                wrappedValue: [], name: names, parsing: .unconditionalSingleValue,
                help: ArgumentHelp(
                    "A UTF-8 text file with the \(field.flags[0]); - reads standard input.", valueName: "file"),
                completion: .file())
        }
    }

    /// What the user gave; `nil` if nothing.
    func value(in values: KeyedDecodingContainer<FieldKey>) throws -> JSONValue? {
        let key = FieldKey(stringValue: key)
        switch form {
        case .flag: return try values.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map(JSONValue.flag)
        case .value:
            return try values.decode(Option<String?>.self, forKey: key).wrappedValue.map(JSONValue.text)
        case .repeated, .perSong, .textFile:
            let all = try values.decode(Option<[String]>.self, forKey: key).wrappedValue.map(JSONValue.text)
            return all.isEmpty ? nil : all.count == 1 && form != .repeated ? all[0] : .list(all)
        }
    }

    /// Puts a value among those that were given, in the form that the field has.
    ///
    /// - Throws: ``MusicError`` `invalidRequest`, or `unreadableInput` for a file.
    func add(_ value: JSONValue, to given: inout [String: JSONValue]) throws {
        var value = value
        if form == .textFile {
            guard given[field.name] == nil else {
                throw MusicError(
                    .invalidRequest, "--\(field.flags[0]) and --\(field.flags[0])-file exclude each other",
                    advice: "leave one of them out")
            }
            value = try each(value) { .text(try TextInput.read($0, what: field.flags[0])) }
        } else if field.kind.ofOneSong == .data {
            value = try each(value) { text in
                .text(text.hasPrefix("@") ? try TextInput.read(String(text.dropFirst()), what: field.flags[0]) : text)
            }
        }
        do {
            given[field.name] = try field.normalized(value)
        } catch {
            throw CommandFields.worded(error, field)
        }
    }

    /// A value, or each of a list's, with its text put into another form.
    private func each(_ value: JSONValue, _ body: (String) throws -> JSONValue) rethrows -> JSONValue {
        guard case .list(let items) = value else { return try body(value.plainText) }
        return .list(try items.map { try body($0.plainText) })
    }

    private var help: ArgumentHelp { ArgumentHelp(field.help, valueName: field.placeholder ?? usualName) }

    private var usualName: String {
        switch field.kind {
        case .integer, .seed: "count"
        case .number: "number"
        case .file: "file"
        default: "value"
        }
    }

    private var completion: CompletionKind? {
        switch field.kind {
        case .choice(let names): .list(names)
        case .file: .file()
        default: nil
        }
    }
}
