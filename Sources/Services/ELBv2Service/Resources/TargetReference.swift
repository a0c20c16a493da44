internal import ELBv2API
internal import TrafficRouting
internal import WireProtocol

/// A target as a call names it, checked against its group's target type.
struct TargetReference: Hashable {
    let id: String
    /// The group's port where the call names none.
    let port: Int

    /// Addresses outside the VPC ranges are accepted: targets run on this machine and its bridges.
    init(_ description: ELBv2.TargetDescription, in group: ELBv2.TargetGroup) throws(AWSError) {
        let id = description.id
        guard description.quicServerId == nil else {
            throw .invalidConfiguration("QuicServerId is not supported on target groups with the protocol HTTP")
        }
        switch group.targetType {
        case .ip:
            guard let address = IPAddress(id), address.isIPv4 else {
                throw .validation("The IP address '\(id)' is not a valid IPv4 address")
            }
        case .instance, .lambda, .alb, .unknown, nil:
            guard id.hasPrefix("i-"), id.utf8.count > 2,
                id.dropFirst(2).allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
            else { throw ELBv2.Errors.invalidTargetException("The instance ID '\(id)' is not valid") }
        }
        self.id = id
        self.port = description.port ?? group.port ?? 80
    }
}
