internal import Model

/// A deployment's receipt as the server gives it out.
struct DeploymentReceiptPage {
    /// No request of the deployment failed or was cut off, as far as is known, and nothing is unknown.
    let isClean: Bool
    /// Without a line end.
    let text: String

    /// Waits until the last count is in.
    /// - Parameter endpoint: of the server, without a slash at the end.
    /// - Throws: `DemoFailure` where it is not final after a minute.
    static func final(of deployment: String, from endpoint: String) async throws -> DeploymentReceiptPage {
        let path = "/_teal/deployments/\(deployment)/receipt"
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while true {
            let page = try await OwnPage.read(path, from: endpoint)
            guard page.status == 200 else { throw DemoFailure(page.reason) }
            let document = try JSONValue(parsing: page.body)
            if document["state"]?.string == "final" {
                let text = try await OwnPage.read(path + "?format=text", from: endpoint).text
                return DeploymentReceiptPage(
                    isClean: document["clean"]?.bool == true && document["complete"]?.bool == true,
                    text: text.hasSuffix("\n") ? String(text.dropLast()) : text)
            }
            guard clock.now < deadline else {
                throw DemoFailure("the receipt of \(deployment) is not final after 60 s")
            }
            try await clock.sleep(for: .milliseconds(200))
        }
    }
}
