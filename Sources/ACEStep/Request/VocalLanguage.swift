import Foundation
import MusicCore

/// Brings the name of a language to the code with which models were trained: `EN`, `zh-CN`, `jp` and `Chinese` are
/// `en`, `zh`, `ja` and `zh`.
package enum VocalLanguage {
    /// The code of a language that was not determined.
    package static let unknown = "unknown"

    /// The code of a language, of those in ``PlanValues/languages``.
    ///
    /// Understood are the codes in any case, with script and region (`pt-BR`, `zh_Hant_TW`), codes of three letters
    /// (`deu`), and names of languages in English and in the language itself.
    ///
    /// - Returns: `nil` if it is none of them.
    package static func code(_ text: String) -> String? {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        if let code = direct(name) { return code }
        let parts = name.split(whereSeparator: { "-_ .".contains($0) }).map(String.init)
        // Cantonese is a language of its own to models, and a region or an extended language to others.
        if ["zh", "chinese"].contains(parts.first ?? ""),
            parts.dropFirst().contains(where: { ["yue", "hk"].contains($0) })
        {
            return "yue"
        }
        if let code = names[name] ?? kind(parts) { return code }
        guard let first = parts.first, parts.count == 1 || parts[1...].allSatisfy({ $0.count <= 8 }) else { return nil }
        if first.count <= 3 { return direct(first) ?? twoLetters(first) }
        // "chinese (simplified)", "english us"
        return parts.count > 1 ? names[first.trimmingCharacters(in: .punctuationCharacters)] : nil
    }

    /// The language of a name of several words that ends with that of a language: `brazilian portuguese`.
    private static func kind(_ words: [String]) -> String? {
        guard (2...3).contains(words.count), let first = words.first, first.count > 3, let last = words.last,
            words.allSatisfy({ $0.allSatisfy(\.isLetter) })
        else { return nil }
        return names[first] == nil ? names[last] : nil
    }

    /// A code as it is, or one that programs have in its place.
    private static func direct(_ name: String) -> String? {
        if PlanValues.languages.contains(name) { return name }
        return others[name]
    }

    /// The code of three letters in two.
    private static func twoLetters(_ code: String) -> String? {
        guard code.count == 3, let short = Locale.LanguageCode(code).identifier(.alpha2)?.lowercased() else {
            return nil
        }
        return PlanValues.languages.contains(short) ? short : others[short]
    }

    /// Codes of countries that are taken for their languages, codes of former standards, and words for "find it out".
    private static let others = [
        "jp": "ja", "cn": "zh", "kr": "ko", "gr": "el", "cz": "cs", "dk": "da", "ua": "uk", "vn": "vi", "tw": "zh",
        "gb": "en", "us": "en", "iw": "he", "in": "id", "nb": "no", "nn": "no", "fil": "tl", "cmn": "zh",
        "ger": "de", "chi": "zh", "fre": "fr", "gre": "el", "cze": "cs", "dut": "nl", "rum": "ro", "slo": "sk",
        "per": "fa", "may": "ms", "ice": "is", "mandarin": "zh", "filipino": "tl", "haitian": "ht", "farsi": "fa",
        "brazilian": "pt", "mx": "es", "at": "de", "il": "he", "ir": "fa", "hk": "yue",
        "auto": unknown, "automatic": unknown, "detect": unknown, "none": unknown, "n/a": unknown, "und": unknown,
        "zxx": unknown, "instrumental": unknown,
    ]

    /// Names that are in use beside those of ``names``.
    private static let otherNames = [
        "bengali": "bn", "bangla": "bn", "flemish": "nl", "castilian": "es", "latin american spanish": "es",
        "bahasa indonesia": "id", "bahasa melayu": "ms", "bahasa malaysia": "ms", "bahasa": "id", "azeri": "az",
        "panjabi": "pa", "punjabi": "pa", "moldovan": "ro", "valencian": "ca", "kiswahili": "sw", "bokmål": "no",
        "nynorsk": "no", "putonghua": "zh", "hangul": "ko", "norwegian": "no", "persian": "fa", "malay": "ms",
        "tagalog": "tl", "haitian creole": "ht", "modern greek": "el", "cantonese": "yue",
    ]

    /// The names of the languages, in English and in themselves, in small letters.
    private static let names: [String: String] = {
        var names = otherNames
        for code in PlanValues.languages where code != unknown {
            for locale in ["en", code] {
                guard let name = Locale(identifier: locale).localizedString(forLanguageCode: code) else { continue }
                names[name.lowercased()] = code
            }
        }
        return names
    }()
}
