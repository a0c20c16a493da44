internal import Foundation
internal import Model

/// The `data` folder of an installed botocore.
package struct ModelDirectory: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Reads `NAME/VERSION/service-2.json`, compressed or not.
    package func model(_ name: String, version: String) throws -> ServiceModel {
        let plain = "\(self.path)/\(name)/\(version)/service-2.json"
        let bytes: Data
        if let data = FileManager.default.contents(atPath: plain) {
            bytes = data
        } else if FileManager.default.fileExists(atPath: plain + ".gz") {
            bytes = try Self.decompressed(plain + ".gz")
        } else {
            throw Diagnostic(name, "there is no \(plain) and no \(plain).gz")
        }
        return try ServiceModel(parsing: JSONValue(parsing: bytes))
    }

    private static func decompressed(_ path: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Diagnostic(path, "gzip ended with status \(process.terminationStatus)")
        }
        return data
    }
}
