internal import Model

/// Scalars as text: in query parameters, XML, headers and paths.
enum TextualScalar {
    /// `nil` where the text is no value of the schema's kind, and for lists, maps and structures.
    static func value(_ text: String, as schema: Schema) -> WireValue? {
        switch schema {
        case .boolean:
            switch text.lowercased() {
            case "true": .boolean(true)
            case "false": .boolean(false)
            default: nil
            }
        case .integer: Int(text).map { .integer($0) }
        case .double: Double(text).map { .double($0) }
        case .string: .string(text)
        case .blob: Base64.decode(text).map { .blob($0) }
        case .timestamp:
            (Timestamp(iso8601: text) ?? Timestamp(httpDate: text)
                ?? Double(text).flatMap(Timestamp.init(untrustedSeconds:))).map { .timestamp($0) }
        // Text that is no JSON is no document.
        case .document: (try? JSONValue(parsing: text)).map { .document($0) }
        case .list, .map, .structure: nil
        }
    }

    /// - Parameter format: of timestamps, where the member has none of its own.
    static func text(of value: WireValue, as schema: Schema, timestamps format: TimestampFormat = .iso8601) -> String {
        switch value {
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .double(let number):
            return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) + ".0" : String(number)
        case .string(let text): return text
        case .blob(let bytes): return Base64.encode(bytes)
        case .timestamp(let moment):
            var form = format
            if case .timestamp(let own?) = schema { form = own }
            switch form {
            case .iso8601: return moment.iso8601
            case .epochSeconds: return String(moment.seconds)
            case .httpDate: return moment.httpDate
            }
        case .document(let document): return document.text
        case .list, .map, .structure: return ""
        }
    }

    /// The kind's name in messages.
    static func kind(of schema: Schema) -> String {
        switch schema {
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .blob: "base64 text"
        case .timestamp: "a timestamp"
        case .list: "a list"
        case .map: "a map"
        case .structure: "a structure"
        case .document: "a document"
        }
    }
}
