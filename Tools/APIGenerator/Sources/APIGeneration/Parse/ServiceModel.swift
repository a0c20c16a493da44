/// One AWS service model (`service-2.json` of botocore), as far as generation needs it.
package struct ServiceModel: Sendable {
    package let metadata: Metadata
    /// In the order of the model.
    package let operations: [Operation]
    package let shapes: [String: Shape]

    package struct Metadata: Sendable {
        package let apiVersion: String
        package let endpointPrefix: String
        package let signingName: String?
        /// Every protocol that the service speaks, botocore's first choice first.
        package let protocols: [String]
        package let jsonVersion: String?
        package let targetPrefix: String?
        package let xmlNamespace: String?
        /// It once spoke awsQuery only: clients of its other protocols still go by the codes of that time.
        package let isQueryCompatible: Bool
    }

    package struct Operation: Sendable {
        package let name: String
        package let method: String
        package let path: String
        package let status: Int
        package let input: String?
        package let output: String?
        package let resultWrapper: String?
    }

    package struct Shape: Sendable {
        package let name: String
        package let kind: Kind
        package let minimum: Double?
        package let maximum: Double?
        package let pattern: String?
        package let enumValues: [String]
        /// Set for error shapes.
        package let failure: Failure?
    }

    package enum Kind: Sendable {
        case boolean, integer, double, string, blob, document
        case timestamp(format: String?)
        case list(element: String, elementName: String?, flattened: Bool)
        case map(key: String, value: String, keyName: String?, valueName: String?, flattened: Bool)
        case structure(Structure)
    }

    package struct Structure: Sendable {
        package let members: [Member]
        package let required: Set<String>
        package let payload: String?
        package let isUnion: Bool
    }

    package struct Member: Sendable {
        package let name: String
        package let shape: String
        package let locationName: String?
        package let queryName: String?
        package let location: String?
        package let isIdempotencyToken: Bool
        /// Bytes that are not held whole.
        package let isStreaming: Bool
    }

    /// How an error shape travels.
    package struct Failure: Sendable {
        package let code: String?
        package let status: Int?
        package let isFault: Bool
    }
}
