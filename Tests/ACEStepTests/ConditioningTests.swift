import ACEStep
import Foundation
import MLX
import ModelSupport
import MusicCore
import TestSupport
import Testing

/// Prompt texts and packing.
struct ConditioningTests {
    private struct Prompt: Decodable {
        struct Arguments: Decodable {
            let prompt: String
            let lyrics: String
            let vocal_language: String
            let audio_duration: Double
            let bpm: Int?
            let keyscale: String?
            let timesignature: String?
            let instruction: String?
        }
        let arguments: Arguments
        let text: String
        let lyrics: String
    }

    @Test func promptTextsAreThoseOfTheReference() throws {
        let prompts: [Prompt] = try Fixtures.json("tables/prompts")
        #expect(prompts.count >= 5)
        for prompt in prompts {
            let arguments = prompt.arguments
            let request = ACEStepRequest(
                prompt: arguments.prompt, lyrics: arguments.lyrics, vocalLanguage: arguments.vocal_language,
                duration: arguments.audio_duration, bpm: arguments.bpm, keyScale: arguments.keyscale,
                timeSignature: arguments.timesignature)
            let made = PromptText(request, instruction: arguments.instruction ?? TaskInstruction.text2music)
            #expect(made.text == prompt.text)
            #expect(made.lyrics == prompt.lyrics)
        }
    }

    @Test func metadataByHand() {
        let request = ACEStepRequest(prompt: "", duration: 94.9, bpm: 120, keyScale: "F# minor", timeSignature: "3")
        #expect(
            PromptText.metadata(request)
                == "- bpm: 120\n- timesignature: 3\n- keyscale: F# minor\n- duration: 94 seconds\n")
        #expect(
            PromptText.metadata(ACEStepRequest(prompt: ""))
                == "- bpm: N/A\n- timesignature: N/A\n- keyscale: N/A\n- duration: 30 seconds\n")
    }

    @Test func instrumentalSongsHaveATagForLyrics() {
        let request = ACEStepRequest(prompt: "x", lyrics: "la la", instrumental: true, vocalLanguage: "")
        let text = PromptText(request, instruction: "Do it")
        #expect(text.lyrics == "# Languages\nunknown\n\n# Lyric\n[Instrumental]<|endoftext|>")
        #expect(text.text.hasPrefix("# Instruction\nDo it:\n\n# Caption\nx\n\n# Metas\n"))
    }

    @Test func packingPutsRealPositionsFirst() {
        // Item 0: 2 of 3, then 1 of 2. Item 1: all of both.
        let packing = SequencePacking(firstCounts: [2, 3], firstLength: 3, secondCounts: [1, 2], secondLength: 2)
        #expect(packing.order == [[0, 1, 3, 2, 4], [0, 1, 2, 3, 4]])
        #expect(packing.counts == [3, 5])
        #expect(packing.length == 5)
    }

    @Test @MLXActor func packingMovesWholeVectors() {
        let packing = SequencePacking(firstCounts: [1], firstLength: 2, secondCounts: [2], secondLength: 2)
        let first = MLXArray([1, 1, 2, 2] as [Float], [1, 2, 2])
        let second = MLXArray([3, 3, 4, 4] as [Float], [1, 2, 2])
        #expect(packing.packed(first, second).asArray(Float.self) == [1, 1, 3, 3, 4, 4, 2, 2])
    }

    @Test @MLXActor func text2MusicMakesEverythingFromSilence() throws {
        let silence = try SilenceLatents(
            MLXArray([1, 2, 3, 4, 5, 6] as [Float], [1, 3, 2]), channels: 2, label: "test")
        let source = silence.repeated(4)
        let context = TaskContext(source: source, mask: MLXArray.ones(like: source))
        #expect(context.frames == 4)
        // Source, then mask; the silence begins again at its end.
        #expect(
            context.latents.asArray(Float.self) == [1, 2, 1, 1, 3, 4, 1, 1, 5, 6, 1, 1, 1, 2, 1, 1])
        #expect(silence.prefix(2).shape == [1, 2, 2])
        #expect(silence.prefix(9).shape == [1, 3, 2])
    }
}
