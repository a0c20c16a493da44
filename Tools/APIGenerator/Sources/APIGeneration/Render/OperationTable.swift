/// The operation table of `docs/compatibility.md`, as Markdown.
package func operationTable(of services: [SwiftAPI]) -> String {
    var lines = ["| service | implemented | not implemented |", "|---|---|---|"]
    for api in services {
        let implemented = Set(api.operations.map(\.name))
        let names = api.service.operationNames.sorted()
        let present = names.filter { implemented.contains($0) }
        let absent = names.filter { !implemented.contains($0) }
        lines.append(
            "| \(api.namespace) (\(present.count) of \(names.count)) | \(present.joined(separator: ", ")) | "
                + "\(absent.isEmpty ? "-" : absent.joined(separator: ", ")) |")
    }
    return lines.joined(separator: "\n") + "\n"
}
