import ProxyFeed
import Testing
import TrafficRouting

@Suite struct ListenerSocketsTests {
    private let loopback = IPAddress(ipv4: 0x7F00_0001)

    @Test func bindsOneSocketAWorkerOnTheSamePort() throws {
        let sockets = try ListenerSockets.bind(ListenAddress(address: self.loopback, port: 0), count: 3)
        #expect(sockets.descriptors.count == 3)
        #expect(sockets.address.port != 0)
    }

    @Test func seesAnOwnerThatSharesThePort() throws {
        let first = try ListenerSockets.bind(ListenAddress(address: self.loopback, port: 0), count: 1)
        #expect(throws: ListenError.addressInUse(first.address)) {
            _ = try ListenerSockets.bind(first.address, count: 1)
        }
    }

    @Test func namesAnAddressThatIsNotHere() throws {
        let address = ListenAddress(address: try #require(IPAddress("192.0.2.1")), port: 0)
        #expect(throws: ListenError.addressNotAvailable(address)) { _ = try ListenerSockets.bind(address, count: 1) }
    }
}
