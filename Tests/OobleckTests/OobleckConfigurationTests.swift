import Foundation
import MusicCore
import Oobleck
import Testing

struct OobleckConfigurationTests {
    private func decode(_ json: String) throws -> OobleckConfiguration {
        try JSONDecoder().decode(OobleckConfiguration.self, from: Data(json.utf8))
    }

    @Test func fieldsLeftOutHaveTheReferenceDefaults() throws {
        let configuration = try decode("{}")
        #expect(configuration.downsamplingRatios == [2, 4, 4, 8, 8])
        #expect(configuration.samplingRate == 44_100)
        #expect(configuration.hopLength == 2048)
        try configuration.validate()
    }

    @Test func publishedModelHas25FramesPerSecond() {
        #expect(OobleckConfiguration().hopLength == 1920)
        #expect(OobleckConfiguration().latentRate == 25)
    }

    @Test(
        arguments: [
            (#"{"sampling_rate": 0}"#, "sampling_rate"), (#"{"downsampling_ratios": [2, 4]}"#, "downsampling_ratios"),
            (#"{"downsampling_ratios": [2, 0, 4, 8, 8]}"#, "downsampling_ratios"),
            (#"{"decoder_input_channels": 0}"#, "decoder_input_channels"),
            (#"{"audio_channels": -2}"#, "audio_channels"),
        ])
    func impossibleSizesAreRefused(_ json: String, _ field: String) throws {
        let configuration = try decode(json)
        let error = #expect(throws: MusicError.self) { try configuration.validate() }
        #expect(error?.code == .invalidCheckpoint)
        #expect(error?.message.contains(field) == true)
    }
}
