import MusicCore

extension ACEStepLimits {
    /// Tokens of a text.
    public static let textLength: ClosedRange<Int> = 1...8192
}

// Fields of texts: how they reach the networks, and those that each song of a request may have for itself.

extension ACEStepOptions {
    static let textFields: [Field<ACEStepOptions>] = [
        Field(
            "max_text_length", \.maxTextLength, .integer(ACEStepLimits.textLength), flags: ["max-text-length"],
            placeholder: "tokens",
            help: "Most tokens of the caption with its metadata; what is beyond is cut off (default: 256).",
            group: .music),
        Field(
            "max_lyric_length", \.maxLyricLength, .integer(ACEStepLimits.textLength), flags: ["max-lyric-length"],
            placeholder: "tokens", help: "Most tokens of the lyrics; what is beyond is cut off (default: 2048).",
            group: .music),
        Field(
            "use_sft_prompt", \.usesTemplate, .flag, flags: ["use-sft-prompt"],
            help: "Put the caption into the template with which models were trained (default), or give it to them as "
                + "it is, without the task's sentence and the metadata.", group: .music),
        Field(
            "null_lyric_condition", \.usesNullLyrics, .flag, flags: ["null-lyric-condition"],
            help: "Give songs without words no lyrics to attend to, rather than a text that says so.", group: .music),
    ]

    /// What keeps the arithmetic and its result in order.
    static let numericalFields: [Field<ACEStepOptions>] = [
        Field(
            "retry_non_finite", \.retriesNonFinite, .flag, flags: ["retry-non-finite"],
            help: "Try a song whose latents become NaN or infinite once more, with another solver and the next seed, "
                + "and say so (default).", group: .guidance),
        Field(
            "check_audio", \.checksAudio, .flag, flags: ["check-audio"],
            help: "Refuse songs that are no music: steady noise, one sound, a constant, or silent in the end "
                + "(default).", group: .output),
        Field(
            "remove_dc_offset", \.removesDCOffset, .flag, aliases: ["dc_center"], flags: ["remove-dc-offset"],
            help: "Bring the mean of each channel to 0 before the level is set.", group: .output),
    ]

    /// A text of which an empty one says nothing.
    static func text(
        _ name: String, _ property: any WritableKeyPath<ACEStepOptions, String?> & Sendable, _ kind: FieldKind = .text,
        aliases: [String] = [], flags: [String], placeholder: String, help: String, group: FieldGroup
    ) -> Field<ACEStepOptions> {
        Field(
            name, kind, aliases: aliases, flags: flags, placeholder: placeholder, help: help, group: group,
            read: { options, json in
                let text = json.plainText
                options[keyPath: property] = text.allSatisfy(\.isWhitespace) ? nil : text
            }, value: { $0[keyPath: property].json })
    }

    /// A text for all songs, or a list with one for each; an empty text for all says nothing.
    static func each(
        _ name: String, _ property: any WritableKeyPath<ACEStepOptions, String?> & Sendable,
        _ list: any WritableKeyPath<ACEStepOptions, [String]> & Sendable, _ kind: FieldKind, aliases: [String] = [],
        flags: [String], placeholder: String, help: String, group: FieldGroup
    ) -> Field<ACEStepOptions> {
        Field(
            name, .each(kind), aliases: aliases, flags: flags, placeholder: placeholder, help: help, group: group,
            read: { options, json in
                options[keyPath: list] = json.isList ? [String](json: json) ?? [] : []
                let text = json.plainText
                options[keyPath: property] = text.allSatisfy(\.isWhitespace) ? nil : text
            }, value: { $0[keyPath: list].isEmpty ? $0[keyPath: property].json : $0[keyPath: list].json })
    }

    /// Likewise, with a text that is always said.
    static func each(
        _ name: String, _ property: any WritableKeyPath<ACEStepOptions, String> & Sendable,
        _ list: any WritableKeyPath<ACEStepOptions, [String]> & Sendable, _ kind: FieldKind, flags: [String],
        placeholder: String, help: String, group: FieldGroup
    ) -> Field<ACEStepOptions> {
        Field(
            name, .each(kind), flags: flags, placeholder: placeholder, help: help, group: group,
            read: { options, json in
                options[keyPath: list] = json.isList ? [String](json: json) ?? [] : []
                options[keyPath: property] = json.plainText
            }, value: { $0[keyPath: list].isEmpty ? $0[keyPath: property].json : $0[keyPath: list].json })
    }
}
