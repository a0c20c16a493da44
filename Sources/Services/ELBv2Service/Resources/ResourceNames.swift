internal import WireProtocol

/// The rules for names of load balancers and target groups (CreateLoadBalancer and CreateTargetGroup, `Name`).
enum ResourceNames {
    static func checkLoadBalancer(_ name: String) throws(AWSError) {
        try self.check(name, of: "Load balancer")
        guard !name.hasPrefix("internal-") else {
            throw .validation("Load balancer name '\(name)' cannot begin with 'internal-'")
        }
    }

    static func checkTargetGroup(_ name: String) throws(AWSError) { try self.check(name, of: "Target group") }

    private static func check(_ name: String, of resource: String) throws(AWSError) {
        guard !name.isEmpty else { throw .validation("\(resource) name cannot be empty") }
        guard name.unicodeScalars.count <= 32 else {
            throw .validation("\(resource) name '\(name)' cannot be longer than '32' characters")
        }
        guard name.utf8.allSatisfy(Self.isAllowed) else {
            throw .validation(
                "\(resource) name '\(name)' can only contain characters that are alphanumeric characters or hyphens(-)")
        }
        guard !name.hasPrefix("-"), !name.hasSuffix("-") else {
            throw .validation("\(resource) name '\(name)' cannot begin or end with '-'")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
