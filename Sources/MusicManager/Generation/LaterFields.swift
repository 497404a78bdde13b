import Foundation
import MusicCore

/// Fields that later releases of the reference added: some have a counterpart here; the others are accepted where they
/// change nothing or little, with a notice, and refused otherwise.
enum LaterFields {
    /// A value in JSON.
    private enum Value: Equatable, Decodable {
        case null, flag(Bool), number(Double), text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    /// The values with which a field changes nothing; none if any value does.
    private static let harmless: [String: [Value]] = [
        "velocity_norm_threshold": [.number(0)], "velocity_ema_factor": [.number(0)],
        "dcw_enabled": [.flag(false)], "dcw_mode": [], "dcw_scaler": [], "dcw_high_scaler": [],
        "dcw_wavelet": [], "chunk_mask_mode": [.text("auto"), .text("explicit")],
        "repaint_mode": [.text("balanced"), .text("conservative"), .text("aggressive")],
        "retake_seed": [], "retake_variance": [.number(0)],
        "flow_edit_morph": [.flag(false)], "flow_edit_source_caption": [], "flow_edit_source_lyrics": [],
        "flow_edit_n_min": [], "flow_edit_n_max": [], "flow_edit_n_avg": [],
        "sampler_mode": [.text("euler"), .text("heun")],
    ]

    /// How repaints are blended there, with the defaults; here the kept part is always the source itself.
    private static let blending: [String: Value] = [
        "repaint_strength": .number(0.5), "repaint_latent_crossfade_frames": .number(10),
        "repaint_wav_crossfade_sec": .number(0),
    ]

    static var names: [String] { Array(harmless.keys) + Array(blending.keys) }

    /// What the later fields of a document ask for.
    struct Wishes {
        /// Whether `sampler_mode` asks for Heun's method.
        var usesHeun = false
        /// Whether `repaint_mode` asks for a song that is made anew in full, as earlier releases do it.
        var remakesSource = false
        var notices: [String] = []
    }

    /// Reads the later fields of a document.
    ///
    /// - Throws: ``MusicError`` with code `unsupported`.
    static func check(_ values: KeyedDecodingContainer<FieldName>) throws -> Wishes {
        var wishes = Wishes()
        for key in values.allKeys {
            let name = key.stringValue
            guard harmless[name] != nil || blending[name] != nil else { continue }
            let value = try values.decode(Value.self, forKey: key)
            if value == .null { continue }
            if let usual = blending[name] {
                if value != usual {
                    wishes.notices.append("\(name) is not used: what a repaint keeps is the source itself")
                }
                continue
            }
            switch (name, value) {
            case ("sampler_mode", .text("heun")): wishes.usesHeun = true
            case ("repaint_mode", .text("aggressive")): wishes.remakesSource = true
            case ("dcw_enabled", .flag(true)):
                // It is on by default there: a document that carries the default is no wish for it.
                wishes.notices.append("dcw_enabled is not used: there is no wavelet correction")
                continue
            default: break
            }
            guard let allowed = harmless[name], allowed.isEmpty || allowed.contains(value) else {
                throw MusicError(
                    .unsupported, "The field \(name) is not supported with this value", advice: "leave it out")
            }
        }
        return wishes
    }
}
