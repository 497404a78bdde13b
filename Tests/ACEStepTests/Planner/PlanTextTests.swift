import ACEStep
import Testing
import Tokenizers

@Suite("Plan text")
struct PlanTextTests {
    struct Chain: Decodable {
        var metadata: [String: Value]
        var text: String
        var read: String

        /// A number or a text.
        enum Value: Decodable {
            case number(Int)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }

            var number: Int? { if case .number(let number) = self { number } else { nil } }
            var text: String? { if case .text(let text) = self { text } else { nil } }
        }

        var plan: PlanMetadata {
            PlanMetadata(
                bpm: metadata["bpm"]?.number, caption: metadata["caption"]?.text,
                duration: metadata["duration"]?.number, keyscale: metadata["keyscale"]?.text,
                language: metadata["language"]?.text, timesignature: metadata["timesignature"]?.text)
        }
    }

    @Test("Chains of thought are PyYAML's, to the character")
    func chains() throws {
        let chains: [Chain] = try PlannerFixtures.json("chains")
        #expect(chains.count > 300)
        for chain in chains {
            let text = PlanText.chainOfThought(chain.plan)
            #expect(sameScalars(text, chain.text), "\(text.debugDescription)\n\(chain.text.debugDescription)")
        }
    }

    @Test("What was written is read back")
    func roundTrip() throws {
        for chain in try PlannerFixtures.json("chains", [Chain].self) {
            var plan = chain.plan
            let read = PlanParser.parse(chain.text).metadata
            if plan.timesignature?.hasSuffix("/4") == true { plan.timesignature?.removeLast(2) }
            #expect(read.bpm == plan.bpm && read.duration == plan.duration && read.keyscale == plan.keyscale)
            #expect(read.language == plan.language && read.timesignature == plan.timesignature)
            // A plain caption's lines are joined by single spaces and begin with no tag; else YAML decides.
            let first = chain.text.split(separator: "caption: ").dropFirst().first?.first
            if let first, first == "'" || first == "\"" {
                #expect(sameScalars(read.caption ?? "nil", chain.read), "\(chain.text.debugDescription)")
            } else {
                let lines = chain.read.split(separator: " ").filter { !$0.contains("<b>") }
                let own = (read.caption ?? "").split(separator: " ").filter { !$0.contains("<b>") }
                if chain.text.contains("<b>") { continue }
                #expect(own == lines, "\(chain.text.debugDescription)")
            }
        }
    }

    @Test("Without metadata a chain of thought is empty")
    func empty() {
        #expect(PlanText.chainOfThought(PlanMetadata()) == "<think>\n\n</think>")
        #expect(PlanText.chainOfThought(PlanMetadata(genres: "pop")) == "<think>\n\n</think>")
    }

    // MARK: Parser

    struct Output: Decodable {
        var text: String
        var metadata: [String: String]
        var codes: String
        var lyrics: String
    }

    @Test("Outputs are read as the reference reads them")
    func outputs() throws {
        let outputs: [Output] = try PlannerFixtures.json("outputs")
        #expect(outputs.count == 420)
        for output in outputs {
            let own = PlanParser.parse(output.text)
            let label = output.text.debugDescription
            for field in PlanField.allCases {
                let expected = output.metadata[field.rawValue]
                switch field {
                // The reference keeps what is no number as text.
                case .bpm: #expect(own.metadata.bpm == expected.flatMap { Int($0) }, "\(label)")
                case .duration: #expect(own.metadata.duration == expected.flatMap { Int($0) }, "\(label)")
                default:
                    #expect(sameScalars(own.metadata[field] ?? "nil", expected ?? "nil"), "\(field): \(label)")
                }
            }
            #expect(own.codes.map { "<|audio_code_\($0)|>" }.joined() == output.codes)
            #expect(sameScalars(own.lyrics ?? "", output.lyrics), "\(label)")
        }
    }

    @Test("Quotes are undone, and the plural heading of lyrics goes")
    func quotes() {
        let text = """
            <think>
            caption: 'calm: it''s a
              piano

              piece'
            keyscale: "F\\x23 minor"
            language: 'no'
            bpm: '90'
            timesignature: 'open
            </think>

            # Lyrics
            [Verse]
            """
        let output = PlanParser.parse(text)
        #expect(output.metadata.caption == "calm: it's a piano\npiece")
        #expect(output.metadata.keyscale == "F# minor")
        #expect(output.metadata.language == "no")
        #expect(output.metadata.bpm == 90)
        #expect(output.metadata.timesignature == "'open")
        #expect(output.lyrics == "[Verse]")
    }

    private func sameScalars(_ one: String, _ other: String) -> Bool {
        one.unicodeScalars.elementsEqual(other.unicodeScalars)
    }
}
