import Foundation
import MusicCore
import Testing
import ToneFamily

/// Requests as documents, for a family of which nothing else knows.
struct DocumentTests {
    private func content(_ json: String) throws -> RequestDocument.Content {
        try RequestDocument(json: Data(json.utf8)).content(for: ToneFamily(), seeds: SeedSource { 9 })
    }

    private func error(_ json: String) -> MusicError? {
        do {
            _ = try content(json)
            return nil
        } catch {
            return error as? MusicError
        }
    }

    @Test func theFamilysFieldsAreReadByNameAndAlias() throws {
        #expect(try content(#"{"caption": "x", "pitch": 300}"#).request.options == ["pitch": 300])
        #expect(try content(#"{"prompt": "x", "frequency": "300"}"#).request.options == ["pitch": "300"])
        #expect(try content(#"{"pitch": 300, "frequency": 4}"#).request.options == ["pitch": 300])
        // The name wins, and the other is not passed over silently.
        #expect(
            try content(#"{"pitch": 300, "frequency": 4}"#).notices
                == ["frequency is not used: it is another name of pitch, which is given too"])
        #expect(try content(#"{"pitch": 300, "frequency": 300}"#).notices.isEmpty)
        #expect(try content(#"{"pitch": null, "frequency": 300}"#).request.options == ["pitch": 300])
        #expect(error(#"{"pich": 300}"#)?.suggestion == .didYouMean(["pitch"]))
        #expect(error(#"{"pitch": 3}"#)?.description == "The field pitch is 3; use 20 to 20000")
    }

    @Test func otherProgramsNamesAndTexts() throws {
        let read = try content(
            #"{"prompt": "x", "audio_duration": "2.5", "infer_step": "4", "batch_size": "2", "model": "m","#
                + #" "lm_model": "l", "think": 0, "format": "wav"}"#)
        #expect(read.request == MusicRequest(prompt: "x", duration: 2.5, batchSize: 2, steps: 4))
        #expect(read.model == "m" && read.languageModel == "l" && read.audioFormat == "wav" && read.thinking == false)
        #expect(try RequestDocument(json: Data(#"{"dit_model": "m"}"#.utf8)).model == "m")
    }

    @Test func typeErrorsSayWhatWasGivenAndWhatIsExpected() {
        #expect(
            error(#"{"inference_steps": "many"}"#)?.description
                == "The field inference_steps is the text \"many\"; give a whole number from 1 to 200")
        #expect(
            error(#"{"caption": []}"#)?.description
                == "The field caption is an empty list; give a text, or a list with one for each song")
        #expect(error(#"{"thinking": "perhaps"}"#)?.expected == "true or false")
        #expect(error(#"{"sample_query": "x"}"#)?.advice.contains("'create'") == true)
    }

    @Test func lengthsThatAreOpenAreLeftToTheModel() throws {
        for value in ["0", "-1", "-1.0", "-30", "null", #""auto""#, #""""#, #""None""#] {
            #expect(try content(#"{"duration": \#(value)}"#).request.duration == nil, "\(value)")
        }
        #expect(try content(#"{"length": 2}"#).request.duration == 2)
        #expect(error(#"{"duration": "2s"}"#)?.message == "The field duration is the text \"2s\"")
    }

    @Test func tasksAreNamesInAnyCase() throws {
        #expect(try content(#"{"task_type": " Text2Music "}"#).request.task == .text2music)
        #expect(try content(#"{"task": "COVER"}"#).request.task == .cover)
        #expect(try content(#"{"task": ""}"#).request.task == .text2music)
    }

    @Test(
        arguments: [
            ("omega_scale", "ACE-Step 1.0"), ("sample_rate", "audio_format"), ("style", "say it in caption"),
            ("scheduler", "infer_method"), ("scale", "keyscale"),
        ])
    func fieldsOfOtherProgramsHaveAdvice(_ name: String, _ advice: String) {
        let error = error(#"{"\#(name)": 1}"#)
        #expect(error?.message == "A request has no field '\(name)'" && error?.field == name)
        #expect(error?.advice.contains(advice) == true)
    }

    @Test func seeds() throws {
        #expect(try content(#"{"seeds": "[1, 2.0, -1]"}"#).request.seeds == [1, 2, 9])
        #expect(try content(#"{"seed": "-1.0"}"#).request.seeds == [])
        #expect(try content(#"{"seed": 1e3}"#).request.seeds == [1000])
        #expect(try content(#"{"seed": 18446744073709551615}"#).request.seeds == [UInt64.max])
        #expect(try content(#"{"seeds": [1, -1, "3"]}"#).request.seeds == [1, 9, 3])
        #expect(try content(#"{"seed": "1,2"}"#).request == MusicRequest(seeds: [1, 2], batchSize: 2))
        #expect(try content(#"{"seed": -1}"#).request.seeds == [])
        #expect(error(#"{"seed": 1.5}"#)?.field == "seed")
        #expect(error(#"{"seed": 18446744073709551616}"#)?.code == .invalidRequest)
    }

    @Test func whatIsPrintedOfASongIsADocument() throws {
        let printed = #"{"files": ["a"], "model": "tone", "parameters": {"caption": "x", "pitch": 30, "seeds": [4]}}"#
        let read = try content(printed)
        #expect(read.request == MusicRequest(prompt: "x", seeds: [4], options: ["pitch": 30]))
        #expect(read.model == "tone" && read.thinking == false && !read.planning.isNeeded)
        let described = #"{"caption": "x", "duration": 3.0, "status_message": "", "success": true, "error": null}"#
        #expect(try content(described).request == MusicRequest(prompt: "x", duration: 3))
    }
}
