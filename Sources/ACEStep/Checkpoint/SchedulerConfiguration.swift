import Foundation
import ModelSupport
import MusicCore

/// The settings of Diffusers' `FlowMatchEulerDiscreteScheduler`, through which its pipeline passes the noise schedule.
package struct SchedulerConfiguration: Sendable, Equatable, Decodable {
    /// A second shift, after that of the request; 1 in every published checkpoint.
    package var shift: Float = 1
    /// Factor between the schedule's times and those that the transformer sees; 1 in every published checkpoint.
    package var timeFactor: Float = 1

    /// That of the official layout, which has no such file.
    package init() {}

    private enum CodingKeys: String, CodingKey {
        case shift
        case timeFactor = "num_train_timesteps"
        case dynamic = "use_dynamic_shifting"
        case inverted = "invert_sigmas"
        case karras = "use_karras_sigmas"
        case exponential = "use_exponential_sigmas"
        case beta = "use_beta_sigmas"
        case stochastic = "stochastic_sampling"
        case terminal = "shift_terminal"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        shift = try values.decodeIfPresent(Float.self, forKey: .shift) ?? 1
        timeFactor = try values.decodeIfPresent(Float.self, forKey: .timeFactor) ?? 1000
        for key in [CodingKeys.dynamic, .inverted, .karras, .exponential, .beta, .stochastic]
        where try values.decodeIfPresent(Bool.self, forKey: key) == true {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: values, debugDescription: "the value true is not supported")
        }
        if let terminal = try values.decodeIfPresent(Float.self, forKey: .terminal), terminal != 0 {
            throw DecodingError.dataCorruptedError(
                forKey: .terminal, in: values, debugDescription: "the value \(terminal) is not supported")
        }
        guard shift.isFinite, shift > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .shift, in: values, debugDescription: "the value \(shift) is not above 0")
        }
        guard timeFactor.isFinite, timeFactor > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .timeFactor, in: values, debugDescription: "the value \(timeFactor) is not above 0")
        }
    }
}
