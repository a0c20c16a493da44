import Foundation

/// A folder that is removed when the closure ends.
@discardableResult
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "teal-functions-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    do {
        let result = try await body(path)
        try FileManager.default.removeItem(atPath: path)
        return result
    } catch {
        try FileManager.default.removeItem(atPath: path)
        throw error
    }
}
