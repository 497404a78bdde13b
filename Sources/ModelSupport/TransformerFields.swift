/// The fields of a transformer's `config.json` that change its arithmetic, of which most values aren't computed here.
///
/// They have the names of Transformers, whose version 5 moved the rotary settings into an object of their own.
public enum TransformerFields {
    private enum CodingKeys: String, CodingKey {
        case activation = "hidden_act"
        case ropeTheta = "rope_theta"
        case ropeScaling = "rope_scaling"
        case ropeParameters = "rope_parameters"
    }

    private struct RopeSettings: Decodable {
        var theta: Float?
        var kind: String?
        var type: String?

        enum CodingKeys: String, CodingKey {
            case theta = "rope_theta"
            case kind = "rope_type"
            case type
        }
    }

    /// The base of the rotary frequencies.
    ///
    /// - Parameters:
    ///   - decoder: of the whole file.
    ///   - standard: what holds if the file doesn't say.
    /// - Throws: `DecodingError` that names the field, also for frequencies that are scaled, and for an activation other
    ///   than `silu`.
    public static func ropeTheta(from decoder: any Decoder, default standard: Float) throws -> Float {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func refuse(_ key: CodingKeys, _ value: String) throws {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: values, debugDescription: "the value '\(value)' is not supported")
        }
        let rope = try values.decodeIfPresent(RopeSettings.self, forKey: .ropeParameters)
        let scaling = try values.decodeIfPresent(RopeSettings.self, forKey: .ropeScaling)
        for (key, settings) in [(CodingKeys.ropeParameters, rope), (.ropeScaling, scaling)] {
            if let kind = settings?.kind ?? settings?.type, kind != "default" { try refuse(key, kind) }
        }
        if let activation = try values.decodeIfPresent(String.self, forKey: .activation), activation != "silu" {
            try refuse(.activation, activation)
        }
        return try values.decodeIfPresent(Float.self, forKey: .ropeTheta) ?? rope?.theta ?? standard
    }
}
