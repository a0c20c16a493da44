import ServerFiles
import Testing

@testable import Server

/// How tasks reach the API.
@Suite struct EndpointsTests {
    /// Of TEST-NET-1: no machine has it.
    private let elsewhere = "192.0.2.1"

    private func resolve(_ host: String, gateway: String?) throws -> (Endpoints, [ListenAddress]) {
        var listeners = [ListenAddress(host: host, port: 4566)]
        let endpoints = try Endpoints.resolve(listeners: &listeners, scheme: "http", hostAddress: gateway)
        return (endpoints, listeners)
    }

    @Test func processesShareTheLoopback() throws {
        let (endpoints, listeners) = try self.resolve("127.0.0.1", gateway: nil)
        #expect(endpoints.forTasks == "http://127.0.0.1:4566")
        #expect(endpoints.note == nil)
        #expect(listeners.count == 1)
    }

    @Test func aGatewayOfThisMachineIsListenedOn() throws {
        var listeners = [ListenAddress(host: "127.0.0.1", port: 0)]
        listeners[0] = try listeners[0].probed()
        let port = listeners[0].port
        let endpoints = try Endpoints.resolve(listeners: &listeners, scheme: "http", hostAddress: "127.0.0.9")
        #expect(endpoints.forTasks == "http://127.0.0.9:\(port)")
        #expect(listeners.map(\.host) == ["127.0.0.1", "127.0.0.9"])
        #expect(endpoints.note == nil)
    }

    @Test func aGatewayElsewhereIsNotListenedOnAndSaysSo() throws {
        let (endpoints, listeners) = try self.resolve("127.0.0.1", gateway: self.elsewhere)
        #expect(endpoints.forTasks == "http://127.0.0.1:4566")
        #expect(endpoints.note?.contains(self.elsewhere) == true)
        #expect(listeners.count == 1)
    }

    @Test func withAGatewayElsewhereTasksGetAnotherAddressOfTheAPI() throws {
        let (endpoints, listeners) = try self.resolve("10.1.2.3", gateway: self.elsewhere)
        #expect(endpoints.forTasks == "http://10.1.2.3:4566")
        #expect(endpoints.note == nil)
        #expect(listeners.count == 1)
    }
}
