internal import Model

/// Converts between JSON trees and wire values, led by a schema. The JSON protocols and the store use it, each with its
/// own conventions.
struct JSONBinding: Sendable {
    enum MemberNames: Sendable {
        /// As in the model.
        case model
        /// As on the wire (`locationName`).
        case wire
    }

    enum TimestampForm: Sendable {
        /// Seconds with a fraction, or what the model says for the member.
        case seconds
        case milliseconds
    }

    let memberNames: MemberNames
    let timestamps: TimestampForm

    static let stored = JSONBinding(memberNames: .model, timestamps: .milliseconds)
    static let wire = JSONBinding(memberNames: .wire, timestamps: .seconds)

    /// The members of a structure that the JSON object carries.
    func name(of member: MemberSchema) -> String {
        switch self.memberNames {
        case .model: member.name
        case .wire: member.wireName
        }
    }
}
