import Foundation
import MusicCore
import MusicEngine
import Testing

/// What is asked of a language model, as documents of the reference's functions have it.
struct DescriptionDocumentTests {
    private func document(_ json: String) throws -> DescriptionDocument {
        try DescriptionDocument(json: Data(json.utf8))
    }

    @Test func theParametersOfTheReferenceAreRead() throws {
        let create = try document(
            #"{"query": "a slow blues", "instrumental": "true", "vocal_language": "ko", "temperature": 0.5, "top_k": null,"#
                + #" "top_p": 0.8, "repetition_penalty": 1.1, "use_constrained_decoding": false, "seed": 18446744073709551615}"#
        )
        #expect(create.query == "a slow blues" && create.instrumental == true && create.seed == .max)
        #expect(create.known == ["vocal_language": "ko"])
        let sampling = try create.plannerSampling()
        #expect(sampling.temperature == 0.5 && sampling.topK == 0 && sampling.topP == 0.8)
        #expect(sampling.repetitionPenalty == 1.1 && !sampling.isConstrained)
        // All tokens are drawn from where nothing is said.
        #expect(try document("{}").plannerSampling().topP == 0)
        #expect(try document(#"{"seed": -1}"#).seed == nil)
    }

    @Test func userMetadataIsAnObjectOrNot() throws {
        let nested = try document(#"{"caption": "x", "user_metadata": {"bpm": 95, "keyscale": "", "duration": 0}}"#)
        let flat = try document(#"{"prompt": "x", "bpm": 95}"#)
        #expect(nested == flat && nested.known == ["bpm": 95])
    }

    @Test func resultsAreRead() throws {
        let result = DescriptionResult(
            SongDescription(
                metadata: SongMetadata(bpm: 80, caption: "c", keyScale: "A minor"), lyrics: "la", instrumental: false),
            status: "ok")
        let read = try DescriptionDocument(json: JSONEncoder().encode(result))
        #expect(read.caption == "c" && read.lyrics == "la" && read.known["bpm"] == 80)
        #expect(read.known["vocal_language"] == nil)
    }

    @Test func faultsAreNamed() {
        for (json, part) in [
            (#"{"qwery": "x"}"#, "qwery"), (#"{"seed": 1.5}"#, "seed"), ("[1]", "list"), ("{", "line 1"),
            (#"{"constrained_decoding_debug": true}"#, "constrained_decoding_debug"),
        ] {
            let error = #expect(throws: MusicError.self) { try document(json) }
            #expect(error?.description.contains(part) == true)
        }
        let error = #expect(throws: MusicError.self) { try document(#"{"temperature": 3}"#).plannerSampling() }
        #expect(error?.field == "lm_temperature")
    }
}
