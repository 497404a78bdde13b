import Foundation
import MusicCore
import Testing

struct AdapterUseTests {
    @Test(arguments: [
        ("voice", AdapterUse("voice")), ("/a/b.safetensors:0.5", AdapterUse("/a/b.safetensors", scale: 0.5)),
        ("voice:-2", AdapterUse("voice", scale: -2)), ("voice:0", AdapterUse("voice", scale: 0)),
        ("C:voice", AdapterUse("C:voice")), ("a:1:2", AdapterUse("a:1", scale: 2)),
        ("x:1e-1", AdapterUse("x", scale: 0.1)),
        ("voice:0.8,mlp=0.5,self-attn=0", AdapterUse("voice", scale: 0.8, groups: [.mlp: 0.5, .selfAttention: 0])),
        ("voice:cross_attn=2", AdapterUse("voice", groups: [.crossAttention: 2])),
    ])
    func textsAreRead(_ text: String, _ use: AdapterUse) throws {
        #expect(try AdapterUse(text: text) == use)
        #expect(try AdapterUse(text: use.text) == use)
        #expect(try AdapterUse.list(use.document) == [use])
    }

    @Test(arguments: [
        "", "  ", ":0.5", "voice:nan", "voice:inf", "voice:1e300", "voice:mlp=x", "voice:nose=1", "voice:0.5,0.6",
        "voice:mlp=1=2", "a\0b",
    ])
    func otherTextsAreRefused(_ text: String) {
        let error = #expect(throws: MusicError.self) { try AdapterUse(text: text) }
        #expect(error?.code == .invalidRequest && error?.field == "adapters")
    }

    @Test func groupsMultiply() throws {
        let use = try AdapterUse(text: "voice:0.5,mlp=4,other=0")
        #expect(use.scale(for: .mlp) == 2 && use.scale(for: .other) == 0 && use.scale(for: .selfAttention) == 0.5)
        #expect(!use.isWithoutEffect)
        #expect(AdapterUse("x", scale: 0, groups: [.mlp: 3]).isWithoutEffect)
    }

    @Test func requestsHoldThem() throws {
        let json = #"{"adapters": ["a:2", {"path": "b", "groups": {"mlp": 0.5}}, {"name": "c", "scale": "0.25"}]}"#
        let request = try JSONDecoder().decode(MusicRequest.self, from: Data(json.utf8))
        #expect(
            request.adapters
                == [AdapterUse("a", scale: 2), AdapterUse("b", groups: [.mlp: 0.5]), AdapterUse("c", scale: 0.25)])
        let written = try JSONEncoder().encode(request)
        #expect(try JSONDecoder().decode(MusicRequest.self, from: written) == request)
        #expect(MusicRequest().object["adapters"] == nil)
        #expect(request.summary.contains("adapter a:2") && request.summary.contains("adapter b:1,mlp=0.5"))
    }

    @Test(arguments: [
        #"{"adapters": [3]}"#, #"{"adapters": [{"scale": 1}]}"#, #"{"adapters": [{"path": "a", "size": 1}]}"#,
        #"{"adapters": [{"path": "a", "groups": [1]}]}"#, #"{"adapters": true}"#,
        #"{"adapters": [{"path": "a", "scale": []}]}"#,
    ])
    func otherDocumentsAreRefused(_ json: String) {
        #expect(throws: MusicError.self) { try JSONDecoder().decode(MusicRequest.self, from: Data(json.utf8)) }
    }

    @Test func thereAreNotTooMany() {
        let most = JSONValue.list((1...AdapterUse.limit).map { .text("a\($0)") })
        #expect((try? AdapterUse.list(most))?.count == AdapterUse.limit)
        let more = JSONValue.list((0...AdapterUse.limit).map { .text("a\($0)") })
        #expect(throws: MusicError.self) { try AdapterUse.list(more) }
    }

    @Test func aFamilyWithoutAdaptersSaysSo() {
        var request = MusicRequest()
        request.adapters = [AdapterUse("voice")]
        let location = ModelLocation(name: "x", directory: URL(fileURLWithPath: "/"))
        let error = #expect(throws: MusicError.self) { try Plain().adapters(of: request, for: location) }
        #expect(error?.code == .unsupported && error?.suggestion == .leaveOut(field: "adapters"))
        #expect((try? Plain().adapters(of: MusicRequest(), for: location))?.isEmpty == true)
    }

    private struct Plain: MusicFamily {
        var catalog: FamilyCatalog {
            FamilyCatalog(family: "plain", title: "Plain", models: [], folderDescription: "x") { _ in .unknown }
        }
        func load(_ location: ModelLocation, options: LoadOptions) async throws -> any MusicBackend {
            throw MusicError(.unsupported, "x")
        }
    }
}
