import ACEStep
import Foundation
import MusicCore
import Testing

/// What is said of steps, shift and guidance: what somebody asked for, and defaults that will surprise.
struct SamplingNoticeTests {
    private func notices(_ variant: ModelVariant, _ json: String, options: [String] = []) throws -> [String] {
        var request = try RequestDocument(json: Data(json.utf8)).content(for: ACEStepFamily()).request
        request.duration = request.duration ?? 30
        request.asked.add(options)
        return try RequestResolver(variant: variant).resolve(try ACEStepRequest(request)).notices
    }

    private func notices(_ variant: ModelVariant, _ change: (inout ACEStepRequest) -> Void) throws -> [String] {
        var request = ACEStepRequest(prompt: "x", duration: 30)
        change(&request)
        return try RequestResolver(variant: variant).resolve(request).notices
    }

    @Test func aDefaultIsNoWish() throws {
        // The reference's guidance of 7 is in every document, and is no wish; its shift of 1 will be heard.
        let said = try notices(.turbo, #"{"caption": "x"}"#)
        #expect(
            said == [
                "No shift is given, and a document's default is the reference's 1: turbo models are at their "
                    + "best with 3"
            ])
        #expect(try notices(.turbo, #"{"caption": "x", "shift": 3}"#).isEmpty)
        // Who says 1 wants it.
        #expect(try notices(.turbo, #"{"caption": "x", "shift": 1}"#).isEmpty)
        #expect(try notices(.turbo, #"{"caption": "x"}"#, options: ["shift"]).isEmpty)
        // A schedule of one's own has no shift, and says the number of steps.
        #expect(try notices(.turbo, #"{"caption": "x", "timesteps": [0.9, 0.5, 0]}"#).isEmpty)
        #expect(try notices(.turbo) { _ in }.isEmpty)
    }

    @Test func guidanceThatIsAskedForIsAnswered() throws {
        let said = "Guidance is not used: it is distilled into the weights of turbo models"
        for json in [#""guidance_scale": 7"#, #""cfg_scale": 3"#, #""use_adg": true"#, #""cfg_interval_end": 0.5"#] {
            #expect(try notices(.turbo, #"{"caption": "x", "shift": 3, \#(json)}"#) == [said], "\(json)")
        }
        #expect(try notices(.turbo, #"{"caption": "x", "shift": 3, "guidance_scale": 1}"#).isEmpty)
        #expect(try notices(.turbo) { $0.guidanceScale = 7 } == [said])
    }

    @Test func theDataclassNamesEveryParameter() throws {
        // Of what `dataclasses.asdict` gives, defaults are no wishes.
        let params = #"{"caption": "x", "guidance_scale": 7.0, "shift": 1.0, "inference_steps": 8}"#
        let all = #"{"params": \#(params), "config": {}}"#
        #expect(try notices(.turbo, all).count == 1)
        let asked = all.replacing("7.0", with: "5.0")
        #expect(try notices(.turbo, asked).count == 2)
    }

    @Test(arguments: [ModelVariant.base, .sft]) func fewStepsAreSaid(_ variant: ModelVariant) throws {
        let open = try notices(variant, #"{"caption": "x"}"#)
        #expect(open.count == 1 && open[0].hasPrefix("No number of steps is given"))
        #expect(open.allSatisfy { $0.contains("reference's 8") && $0.contains("32 to 64") })
        let asked = try notices(variant, #"{"caption": "x", "inference_steps": 19}"#)
        #expect(asked == ["19 steps are few for a model of the kind \(variant.rawValue): 32 to 64 suit it"])
        #expect(try notices(variant, #"{"caption": "x", "inference_steps": 20}"#).isEmpty)
        #expect(try notices(variant, #"{"caption": "x", "timesteps": [1, 0.5]}"#).count == 1)
        #expect(try notices(variant) { _ in }.isEmpty)
    }

    @Test func stepsBeyondUseAreSaid() throws {
        #expect(try notices(.turbo) { $0.steps = 20 }.isEmpty)
        #expect(try notices(.turbo) { $0.steps = 21 }.first?.hasPrefix("21 steps are more than the 20") == true)
        let times = (0..<25).map { 1 - Double($0) / 26 }
        #expect(try notices(.turbo) { $0.timesteps = times }.count == 1)
    }

    @Test(arguments: [(0.99, 1), (1, 0), (5, 0), (5.01, 1)])
    func shiftsBeyondUseAreSaid(_ shift: Double, _ count: Int) throws {
        for variant in [ModelVariant.turbo, .base, .sft] {
            #expect(try notices(variant) { $0.shift = shift }.count == count, "\(variant)")
        }
    }

    @Test(arguments: [(0.5, 1), (1, 0), (15, 0), (15.5, 1)])
    func guidanceBeyondUseIsSaid(_ scale: Double, _ count: Int) throws {
        #expect(try notices(.base) { $0.guidanceScale = scale }.count == count)
    }

    @Test func whatTimestepsReplaceIsSaidIfItWasAskedFor() throws {
        let json = #"{"caption": "x", "timesteps": [0.9, 0.5], "inference_steps": 8, "shift": 2}"#
        #expect(try notices(.turbo, json).count == 2)
        #expect(try notices(.turbo, #"{"caption": "x", "timesteps": [0.9, 0.5], "inference_steps": 2}"#).isEmpty)
    }

    @Test func aRepaintedSongKeepsItsLevelWithoutAWord() throws {
        func repaint(_ asked: [String]) throws -> [String] {
            var request = ACEStepRequest(prompt: "x")
            request.task = .repaint
            let wave = [[Float]](repeating: [Float](repeating: 0.5, count: 480_000), count: 2)
            request.source = AudioInput(audio: AudioBuffer(sampleRate: 48_000, channels: wave))
            request.regions = [RepaintRegion(start: 1, end: 2)]
            request.asked.add(asked)
            return try RequestResolver(variant: .turbo).resolve(request).notices
        }
        #expect(try repaint([]).isEmpty)
        #expect(try repaint(["normalization"]).count == 1)
    }

    @Test func adaptersAreRefusedWithAReason() throws {
        let error = #expect(throws: MusicError.self) {
            try notices(.turbo, #"{"caption": "x", "attention_kwargs": {"scale": 0.5}}"#)
        }
        #expect(error?.code == .unsupported && error?.advice.contains("adapters") == true)
        let harmless = #""attention_kwargs": {}, "return_dict": true, "output_type": "np""#
        #expect(try notices(.turbo, #"{"caption": "x", "shift": 3, \#(harmless)}"#).isEmpty)
    }
}
