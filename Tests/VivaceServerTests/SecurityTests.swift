import Testing

@testable import VivaceServer

@Suite struct SecurityTests {
    @Test func hostsOfOthersAreNotAnswered() {
        let rules = OriginRules(ServerSettings())
        for host in ["localhost", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST:1"] {
            #expect(rules.answers(to: host), "\(host)")
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b", "localhost:x"] {
            #expect(!rules.answers(to: host), "\(host)")
        }
        #expect(!rules.answers(to: nil))
    }

    @Test func pagesOfOthersMayNotUseIt() {
        let rules = OriginRules(ServerSettings())
        #expect(rules.allows(origin: "http://localhost:5174", host: "localhost:7860"))
        for origin in ["null", "https://evil.example", "http://localhost.evil.example", "file://", "javascript:1"] {
            #expect(!rules.allows(origin: origin, host: "localhost:7860"), "\(origin)")
        }
    }

    @Test func keysAreTold() {
        let keys = AccessKeys(single: "secret")
        #expect(keys.owner(of: "secret") == "")
        #expect(keys.owner(of: "secre") == nil)
        #expect(AccessKeys(single: "").isEmpty)
    }

    @Test func rangesAreThoseOfTheFile() {
        #expect(ByteRange("bytes=0-99", size: 1000) == .part(0...99))
        #expect(ByteRange("bytes=-10", size: 1000) == .part(990...999))
        #expect(ByteRange("bytes=1000-", size: 1000) == .outside)
        #expect(ByteRange("bytes=5-2", size: 1000) == .whole)
    }
}
