import Foundation
import MusicCore
import MusicEngine
import Testing
import ToneFamily

/// Results with the reference's names.
struct ResultTests {
    @Test func keysAreStable() throws {
        let parameters: [String: JSONValue] = ["caption": "slow jazz", "seed": -1]
        let key = GenerationResult.key(of: parameters)
        #expect(try Regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").wholeMatch(in: key) != nil)
        #expect(GenerationResult.key(of: ["seed": -1, "caption": "slow jazz"]) == key)
        #expect(GenerationResult.key(of: ["caption": "slow jazz", "seed": 1]) != key)
    }

    @Test func resultsHaveTheReferencesNames() throws {
        var song = Song(audio: AudioBuffer(sampleRate: 48_000, channels: [[0], [0]]), seed: 4)
        song.path = "a.flac"
        let result = MusicResult(
            songs: [song], request: MusicRequest(prompt: "x", seeds: [4], steps: 4),
            seconds: [.encode: 1, .diffuse: 8, .decode: 2])
        let json = try JSONEncoder().encode(GenerationResult(result, family: ToneFamily()))
        let object = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(Set(object.keys) == ["audios", "extra_outputs", "status_message", "success", "error"])
        #expect(object["success"] as? Bool == true && object["error"] is NSNull)
        let audio = try #require((object["audios"] as? [[String: Any]])?.first)
        #expect(Set(audio.keys) == ["path", "key", "sample_rate", "params"])
        #expect((audio["params"] as? [String: Any])?["seed"] as? Int == 4)
        let extra = try #require(object["extra_outputs"] as? [String: Any])
        #expect(Set(extra.keys) == ["latents", "masks", "lm_metadata", "time_costs", "seed_value"])
        // A family may have neither.
        #expect((extra["latents"] as? [Any])?.first is NSNull && (extra["masks"] as? [Any])?.first is NSNull)
        let costs = try #require((object["extra_outputs"] as? [String: Any])?["time_costs"] as? [String: Double])
        #expect(costs["dit_diffusion_per_step_time_cost"] == 2 && costs["pipeline_total_time"] == 11)

        let failure = try JSONEncoder().encode(GenerationResult(failure: MusicError(.internal, "no")))
        let failed = try #require(JSONSerialization.jsonObject(with: failure) as? [String: Any])
        #expect(failed["success"] as? Bool == false && failed["error"] as? String == "no")
        #expect(failed["status_message"] as? String == "Error: no")
    }
}
