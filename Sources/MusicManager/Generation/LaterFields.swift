import Foundation
import MusicCore

/// Fields that later releases of the reference added and that are not supported: they are accepted where they change
/// nothing, and refused otherwise.
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
        "dcw_enabled": [.flag(false), .null], "dcw_mode": [], "dcw_scaler": [], "dcw_high_scaler": [],
        "dcw_wavelet": [], "chunk_mask_mode": [.text("auto"), .text("explicit")],
        "repaint_latent_crossfade_frames": [], "repaint_wav_crossfade_sec": [], "repaint_mode": [],
        "repaint_strength": [], "retake_seed": [], "retake_variance": [.number(0)],
        "flow_edit_morph": [.flag(false)], "flow_edit_source_caption": [], "flow_edit_source_lyrics": [],
        "flow_edit_n_min": [], "flow_edit_n_max": [], "flow_edit_n_avg": [],
        "sampler_mode": [.text("euler"), .text("heun")],
    ]

    static var names: [String] { Array(harmless.keys) }

    /// What the later fields of a document ask for.
    ///
    /// - Returns: whether `sampler_mode` asks for Heun's method, and what the user should know.
    /// - Throws: ``MusicError`` with code `unsupported`.
    static func check(
        _ values: KeyedDecodingContainer<FieldName>
    ) throws -> (usesHeun: Bool, notices: [String]) {
        var notices: [String] = []
        var usesHeun = false
        for key in values.allKeys {
            guard let allowed = harmless[key.stringValue] else { continue }
            let value = try values.decode(Value.self, forKey: key)
            if key.stringValue == "sampler_mode", value == .text("heun") { usesHeun = true }
            // The wavelet correction is on by default there: a document that carries the default is no wish for it.
            if key.stringValue == "dcw_enabled", value == .flag(true) {
                notices.append("dcw_enabled is not used: there is no wavelet correction")
                continue
            }
            guard allowed.isEmpty || allowed.contains(value) else {
                throw MusicError(
                    .unsupported, "The field \(key.stringValue) is not supported", advice: "leave it out")
            }
        }
        return (usesHeun, notices)
    }
}
