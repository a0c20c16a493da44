internal import Testing
internal import WorkloadRuntime

@testable internal import DockerRuntime

struct ReferenceTests {
    @Test(arguments: [
        ("nginx", "nginx"), ("nginx:1.27", "nginx"), ("host:5000/app", "host:5000/app"),
        ("host:5000/app:2", "host:5000/app"),
        ("app@sha256:00", "app"), ("app:1@sha256:00", "app"),
    ])
    func theRepositoryIsWithoutTagAndDigest(reference: String, repository: String) {
        #expect(DockerEngineRuntime.repository(of: reference) == repository)
    }

    @Test func aSocketBecomesTheHostOfAnURL() {
        #expect(EngineAddress("unix:///run/docker.sock")?.baseURL == "http+unix://%2Frun%2Fdocker.sock")
        #expect(EngineAddress("tcp://127.0.0.1:2375")?.baseURL == "http://127.0.0.1:2375")
        #expect(EngineAddress("ssh://host") == nil)
    }

    @Test func dockerHostRulesOutTheUsualPlaces() {
        let named = EngineAddress.candidates(environment: ["DOCKER_HOST": "unix:///x.sock"], userID: 1000)
        #expect(named.map(\.description) == ["unix:///x.sock"])
        let usual = EngineAddress.candidates(environment: [:], userID: 1000)
        #expect(usual.first?.description == "unix:///var/run/docker.sock")
        #expect(usual.contains { $0.description == "unix:///run/user/1000/podman/podman.sock" })
    }

    @Test func portsSurviveTheirLabel() {
        let ports = [
            PortRequest(containerName: "web", containerPort: 80, hostPort: nil, transport: .tcp),
            PortRequest(containerName: "log", containerPort: 9000, hostPort: nil, transport: .udp),
        ]
        #expect(PortList.ports(from: PortList.text(of: ports)) == ports)
    }
}
