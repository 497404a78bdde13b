import Foundation
import ModelHub
import MusicCore
import Testing

/// Which proxy an error names.
struct ProxyTests {
    @Test(
        arguments: [
            ("https://a.example/x", [:], nil),
            ("https://a.example/x", ["https_proxy": "http://p:3128"], "p:3128"),
            ("https://a.example/x", ["HTTPS_PROXY": "http://me:secret@p:3128/"], "p:3128"),
            ("https://a.example/x", ["HTTPS_PROXY": "me:s@cret@p"], "p"),
            ("https://a.example/x", ["https_proxy": "small", "HTTPS_PROXY": "large"], "small"),
            ("https://a.example/x", ["ALL_PROXY": "socks5://p:1080"], "p:1080"),
            ("https://a.example/x", ["http_proxy": "p"], nil),
            ("http://a.example/x", ["http_proxy": "p"], "p"),
            ("http://a.example/x", ["HTTP_PROXY": "p"], nil),
            ("https://a.example/x", ["https_proxy": "p", "no_proxy": "b.example, .example"], nil),
            ("https://a.example/x", ["https_proxy": "p", "NO_PROXY": "*"], nil),
            ("https://a.example/x", ["https_proxy": "p", "NO_PROXY": "ample"], "p"),
            ("https://a.example/x", ["https_proxy": ""], nil),
        ] as [(String, [String: String], String?)])
    func chosenAsLibcurlDoes(address: String, environment: [String: String], proxy: String?) throws {
        #expect(Proxy.used(for: try WebURL(address), environment: environment) == proxy)
    }
}
