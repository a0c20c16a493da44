internal import Model

/// The form in which shapes are stored: JSON by the model's member names, whatever the wire calls them, so that every
/// member is kept and echoed. Timestamps are whole milliseconds, blobs base64.
package enum StoredShape {
    private static let parsed = ParsedTexts()

    package static func encode<Stored: Shape>(_ shape: Stored) -> String {
        String(decoding: JSONBinding.stored.text(shape.wireValue, as: Stored.schema), as: UTF8.self)
    }

    /// Members that the shape does not have (any more) are skipped.
    /// - Throws: `StoredShapeFailure` where the text is no JSON or does not fit the shape.
    package static func decode<Stored: Shape>(_ type: Stored.Type, from text: String) throws(StoredShapeFailure)
        -> Stored
    {
        try self.parsed.value(of: text) { text throws(StoredShapeFailure) in
            do {
                let json = try JSONValue(parsing: text)
                return try Stored(wire: JSONBinding.stored.value(json, as: .structure(Stored.schema)))
            } catch {
                throw StoredShapeFailure(shape: Stored.schema.name, reason: String(describing: error))
            }
        }
    }
}

/// A stored text that does not hold the shape it should.
package struct StoredShapeFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let shape: String
    package let reason: String

    package var description: String { "stored \(self.shape) cannot be read: \(self.reason)" }
}
