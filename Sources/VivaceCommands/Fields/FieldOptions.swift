import ArgumentParser
import Foundation
import MusicCore
import MusicEngine

/// The command-line options of a group of fields, made of the tables that say what a request can hold.
///
/// Which options there are is known when the program runs: the fields of every request, those of planning, and those of
/// the registered families.
struct FieldOptions<Group: OptionGroupKind>: ParsableArguments, CustomReflectable {
    /// What the user gave, as it was written.
    private var values: [(option: FieldOption, value: JSONValue)] = []

    init() {}

    /// The parser finds the options by this.
    var customMirror: Mirror {
        Mirror(self, children: Self.options.map { (label: $0.key as String?, value: $0.wrapper as Any) })
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: FieldKey.self)
        for option in Self.options {
            if let value = try option.value(in: container) { values.append((option, value)) }
        }
    }

    /// The values that were given, by field name.
    ///
    /// - Throws: ``MusicError`` `invalidRequest`, or `unreadableInput` for a file.
    func given() throws -> [String: JSONValue] {
        var given: [String: JSONValue] = [:]
        for (option, value) in values { try option.add(value, to: &given) }
        return given
    }

    private static var options: [FieldOption] {
        Group.fields(in: CommandEnvironment.current?.engine.families ?? []).flatMap(FieldOption.of)
    }
}

/// Which fields a group of options has.
protocol OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription]
}

extension OptionGroupKind {
    /// The fields under one heading, of every request, of planning, and of the families; a name stands once.
    static func fields(under heading: FieldGroup, in families: [any MusicFamily]) -> [FieldDescription] {
        CommandFields.all(of: families).filter { $0.group == heading }
    }
}

/// The fields that command lines have.
enum CommandFields {
    /// An error in which fields that options gave are called by these options.
    static func worded(_ error: any Error, given: [String: JSONValue], of families: [any MusicFamily]) -> any Error {
        all(of: families).filter { given[$0.name] != nil }.reduce(error) { worded($0, $1) }
    }

    /// An error in which a field is called by its option.
    static func worded(_ error: any Error, _ field: FieldDescription) -> any Error {
        guard var error = error as? MusicError else { return error }
        error.message = error.message.replacing("The field \(field.name)", with: "--\(field.flags[0])")
        return error
    }

    /// Reads an option that is none of a table's fields: errors call it by its name on the command line.
    static func option<Value>(_ name: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch var error as MusicError {
            let flag = name.replacing("_", with: "-")
            error.message = error.message.replacing("The field \(name)", with: "--\(flag)")
            throw error
        }
    }

    /// All of them; of families that have one of the same name, the first's.
    static func all(of families: [any MusicFamily]) -> [FieldDescription] {
        let tables =
            MusicRequest.fields.descriptions + families.flatMap(\.fields) + PlanningOptions.fields.descriptions
        var seen = Set<String>()
        return tables.filter { !$0.flags.isEmpty && seen.insert($0.flags[0]).inserted }
    }
}

enum MusicGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .music, in: families) }
}

enum SamplingGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .sampling, in: families) }
}

enum GuidanceGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .guidance, in: families) }
}

enum TaskGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .task, in: families) }
}

enum PlanningGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .planning, in: families) }
}

/// How the finished audio is treated.
enum OutputGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] { fields(under: .output, in: families) }
}

/// What families have under headings of their own.
enum OtherGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] {
        CommandFields.all(of: families).filter { !FieldGroup.usual.contains($0.group) }
    }
}

/// What a language model's sampling has, for the commands that put songs into words.
enum PlannerSamplingGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] {
        // Guidance belongs to audio codes, which these commands don't write.
        PlannerSampling.fields.descriptions.filter { !["lm_cfg_scale", "lm_negative_prompt"].contains($0.name) }
            .map { field in
                guard field.name == "lm_top_p" else { return field }
                var field = field
                field.help = "Draw from the likeliest tokens of this probability (default: all)."
                return field
            }
    }
}

/// What can be said of a song that is put into words.
enum KnownGroup: OptionGroupKind {
    private static let names: Set = ["lyrics", "duration", "bpm", "keyscale", "timesignature", "vocal_language"]

    static func fields(in families: [any MusicFamily]) -> [FieldDescription] {
        CommandFields.all(of: families).filter { names.contains($0.name) }.map { field in
            // One song is put into words.
            var field = field
            field.kind = field.kind.ofOneSong
            return field
        }
    }
}

/// What can be said of the tracks that are taken out of a song.
enum StemGroup: OptionGroupKind {
    static func fields(in families: [any MusicFamily]) -> [FieldDescription] {
        let names = ["track_classes", "inference_steps", "guidance_scale", "seeds"]
        return CommandFields.all(of: families).filter { names.contains($0.name) }
    }
}

struct FieldKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
