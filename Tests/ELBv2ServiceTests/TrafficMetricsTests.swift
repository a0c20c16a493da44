import CloudWatchCalls
import Model
import ProxyFeed
import Testing
import TrafficRouting

@testable import ELBv2Service

/// What becomes of counts in CloudWatch: which metrics, under which dimensions, and which not at all.
struct TrafficMetricsTests {
    private static let account = "arn:aws:elasticloadbalancing:eu-west-1:123456789012"
    private static let balancer = LoadBalancerID("\(account):loadbalancer/app/web/0123456789abcdef")
    private static let blue = TargetGroupID("\(account):targetgroup/blue/0000000000000001")
    private static let green = TargetGroupID("\(account):targetgroup/green/0000000000000002")
    private static let zone = ("AvailabilityZone", "eu-west-1a")
    private static let lb = ("LoadBalancer", "app/web/0123456789abcdef")
    private static let greenTG = ("TargetGroup", "targetgroup/green/0000000000000002")

    private static var layout: TrafficLayout {
        func target(_ number: Int, _ state: Target.State = .registered) -> Target {
            Target(id: TargetID(id: "10.0.0.\(number)", port: 80), address: "10.0.0.\(number)", state: state)
        }
        let forward = ForwardAction(targetGroups: [
            .init(id: self.blue, weight: 90), .init(id: self.green, weight: 10),
        ])
        let rule = Rule.default(id: RuleID("rule"), action: .forward(forward))
        return TrafficLayout(
            RoutingSnapshot(
                generation: Generation(1),
                loadBalancers: [
                    LoadBalancer(
                        id: self.balancer, dnsName: "web",
                        listeners: [Listener(id: ListenerID("l"), port: 80, rules: [], defaultRule: rule)])
                ],
                targetGroups: [
                    TargetGroup(id: self.blue, targets: [target(1)]),
                    TargetGroup(id: self.green, targets: [target(2), target(3), target(4, .draining(until: .epoch))]),
                ]), zones: [self.balancer.arn: ["eu-west-1a", "eu-west-1b"]])
    }

    private static func counters(
        _ process: Int32,
        _ change: (inout TargetGroupCounters, inout TargetGroupCounters, inout LoadBalancerCounters)
            -> Void
    ) -> ProxyCounters {
        var (blue, green) = (TargetGroupCounters(id: self.blue), TargetGroupCounters(id: self.green))
        var balancer = LoadBalancerCounters(id: self.balancer)
        change(&blue, &green, &balancer)
        return ProxyCounters(
            processID: process, isComplete: true, targetGroups: [blue, green], loadBalancers: [balancer])
    }

    private static func samples(
        from counters: TrafficCounters, since before: TrafficCounters.Totals,
        hosts: [TargetGroupID: TrafficMetrics.HostCounts]? = nil
    ) throws -> [MetricSample] {
        let balancer = try #require(self.layout.balancers.first)
        #expect(balancer.region == "eu-west-1")
        return TrafficMetrics(before: before, after: counters.totals, hosts: hosts).samples(of: balancer)
    }

    private func measure(
        _ name: String, _ dimensions: [(String, String)], in samples: [MetricSample]
    ) -> MetricSample.Measure? {
        let wanted = Set(dimensions.map { MetricSample.Dimension($0.0, $0.1) })
        let found = samples.filter { $0.name == name && Set($0.dimensions) == wanted }
        #expect(found.count <= 1)
        return found.first?.measure
    }

    @Test func countsAreToldOfTheGroupAndOfTheWholeLoadBalancer() throws {
        let counters = TrafficCounters(clock: SystemWallClock())
        counters.record(
            Self.counters(1) {
                $0.requests = 100; $1.requests = 10; $1.targetStatus = [10, 0, 0, 0]; _ = $2
            })
        let before = counters.totals
        counters.record(
            Self.counters(1) { blue, green, balancer in
                (blue.requests, blue.targetStatus) = (190, [90, 0, 0, 0])
                (green.requests, green.targetStatus) = (20, [16, 0, 0, 4])
                green.latency.record(microseconds: 20)
                (balancer.bytesReceived, balancer.bytesSent, balancer.redirects) = (1000, 500, 2)
                balancer.madeStatus = [2, 0, 0]
            })
        let samples = try Self.samples(from: counters, since: before)
        for zone in [[], [Self.zone]] {
            #expect(self.measure("RequestCount", [Self.lb] + zone, in: samples) == .single(100))
            #expect(self.measure("RequestCount", [Self.lb, Self.greenTG] + zone, in: samples) == .single(10))
            let failures = MetricSample.Measure.distribution([.init(1, count: 4)])
            #expect(self.measure("HTTPCode_Target_5XX_Count", [Self.lb, Self.greenTG] + zone, in: samples) == failures)
            #expect(self.measure("HTTPCode_Target_5XX_Count", [Self.lb] + zone, in: samples) == failures)
            let times = MetricSample.Measure.distribution([.init(0.00002, count: 1)])
            #expect(self.measure("TargetResponseTime", [Self.lb, Self.greenTG] + zone, in: samples) == times)
            #expect(self.measure("ProcessedBytes", [Self.lb] + zone, in: samples) == .single(1500))
            #expect(self.measure("HTTP_Redirect_Count", [Self.lb] + zone, in: samples) == .single(2))
        }
        // Two targets take requests; the third one is leaving.
        #expect(self.measure("RequestCountPerTarget", [Self.greenTG], in: samples) == .single(5))
        #expect(samples.allSatisfy { $0.name != "HealthyHostCount" })
        #expect(samples.first { $0.name == "TargetResponseTime" }?.unit == .seconds)
    }

    @Test func whatDidNotHappenIsNotToldButRequestsAre() throws {
        let counters = TrafficCounters(clock: SystemWallClock())
        counters.record(
            Self.counters(1) {
                $0.requests = 7; $1.requests = 7; $2.requests = 14
            })
        let hosts = [Self.blue: TrafficMetrics.HostCounts(healthy: 1), Self.green: .init(healthy: 1, unhealthy: 1)]
        let samples = try Self.samples(from: counters, since: counters.totals, hosts: hosts)
        #expect(
            Set(samples.map(\.name))
                == ["RequestCount", "RequestCountPerTarget", "HealthyHostCount", "UnHealthyHostCount"])
        #expect(self.measure("RequestCount", [Self.lb], in: samples) == .single(0))
        #expect(self.measure("UnHealthyHostCount", [Self.lb, Self.greenTG], in: samples) == .single(1))
        #expect(self.measure("HealthyHostCount", [Self.lb], in: samples) == nil)
    }

    @Test func aNewProxyGoesOnWhereTheOldOneEnded() throws {
        let counters = TrafficCounters(clock: SystemWallClock())
        counters.record(
            Self.counters(1) {
                _ = $0; $1.requests = 10; $2.activeConnections = 3
            })
        let before = counters.totals
        counters.record(
            Self.counters(1) {
                _ = $0; $1.requests = 14; $2.activeConnections = 5
            })
        counters.record(
            Self.counters(2) {
                _ = $0; $1.requests = 6; $2.activeConnections = 1
            })
        let samples = try Self.samples(from: counters, since: before)
        #expect(self.measure("RequestCount", [Self.lb, Self.greenTG], in: samples) == .single(10))
        #expect(self.measure("ActiveConnectionCount", [Self.lb], in: samples) == .single(1))
    }

    @Test func reportsOfChangesKeepWhatTheyDoNotName() {
        let counters = TrafficCounters(clock: SystemWallClock())
        var change = TargetGroupCounters(id: Self.green)
        change.requests = 5
        // A part before the whole says nothing.
        counters.record(ProxyCounters(processID: 1, isComplete: false, targetGroups: [change], loadBalancers: []))
        #expect(counters.totalsAtStart == nil)
        counters.record(
            Self.counters(1) {
                $0.requests = 3; $1.requests = 4; _ = $2
            })
        #expect(counters.totalsAtStart?.targetGroups[Self.green]?.requests == 4)
        counters.record(ProxyCounters(processID: 1, isComplete: false, targetGroups: [change], loadBalancers: []))
        #expect(counters.totals.targetGroups[Self.green]?.requests == 5)
        #expect(counters.totals.targetGroups[Self.blue]?.requests == 3)
        counters.record(ProxyCounters(processID: 1, isComplete: true, targetGroups: [change], loadBalancers: []))
        #expect(counters.totals.targetGroups[Self.blue] == nil)
    }
}
