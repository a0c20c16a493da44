import ELBv2API
import Testing
import WireProtocol

@testable import ELBv2Service

@Suite struct LoadBalancerTests {
    @Test func creatingTwiceWithTheSameSettingsAnswersTheSameOne() async throws {
        try await Fixture.with { fixture in
            let first = try await fixture.loadBalancer()
            #expect(try await fixture.loadBalancer() == first)
            let code = await fixture.code {
                _ = try await fixture.aws.call(
                    ELBv2.CreateLoadBalancer.self,
                    .init(name: "web", subnets: ["subnet-a", "subnet-b"], scheme: .internal))
            }
            #expect(code == "DuplicateLoadBalancerName")
        }
    }

    @Test func aNewOneIsActiveAndHasANameUnderLocalhost() async throws {
        try await Fixture.with { fixture in
            let arn = try await fixture.loadBalancer()
            let output = try await fixture.aws.call(ELBv2.DescribeLoadBalancers.self, .init(names: ["web"]))
            let shape = try #require(output.loadBalancers?.first)
            #expect(shape.loadBalancerArn == arn)
            #expect(shape.state?.code == .active)
            #expect(shape.dnsName?.hasPrefix("web-") == true)
            #expect(shape.dnsName?.hasSuffix(".us-east-1.elb.localhost") == true)
            #expect(shape.availabilityZones?.map(\.zoneName) == ["us-east-1a", "us-east-1b"])
        }
    }

    @Test(arguments: ["-web", "web-", "we_b", "internal-web", String(repeating: "w", count: 33)])
    func malformedNamesAreRefused(name: String) async throws {
        try await Fixture.with { fixture in
            #expect(await fixture.code { _ = try await fixture.loadBalancer(name) } == "ValidationError")
        }
    }

    @Test func idsThatCannotBeOfEC2AreRefusedByTheCodeOfTheirKind() async throws {
        try await Fixture.with { fixture in
            #expect(
                await fixture.code {
                    _ = try await fixture.aws.call(
                        ELBv2.CreateLoadBalancer.self, .init(name: "web", subnets: ["subnet-a", "none"]))
                } == "SubnetNotFound")
            let loadBalancer = try await fixture.loadBalancer()
            #expect(
                await fixture.code {
                    _ = try await fixture.aws.call(
                        ELBv2.SetSecurityGroups.self,
                        .init(loadBalancerArn: loadBalancer, securityGroups: ["non_existent"]))
                } == "InvalidSecurityGroup")
            #expect(
                await fixture.code {
                    _ = try await fixture.aws.call(
                        ELBv2.CreateTargetGroup.self,
                        .init(name: "blue", protocol: .http, port: 80, vpcId: "elsewhere", targetType: .ip))
                } == "ValidationError")
        }
    }

    @Test func protectionKeepsItFromBeingDeleted() async throws {
        try await Fixture.with { fixture in
            let arn = try await fixture.loadBalancer()
            _ = try await fixture.aws.call(
                ELBv2.ModifyLoadBalancerAttributes.self,
                .init(loadBalancerArn: arn, attributes: [.init(key: "deletion_protection.enabled", value: "true")]))
            let code = await fixture.code {
                _ = try await fixture.aws.call(ELBv2.DeleteLoadBalancer.self, .init(loadBalancerArn: arn))
            }
            #expect(code == "OperationNotPermitted")
        }
    }

    @Test func attributesOfTerraformAreAcceptedAtTheirDefaults() async throws {
        let sent = [
            "access_logs.s3.enabled": "false", "connection_logs.s3.enabled": "false",
            "client_keep_alive.seconds": "3600",
            "deletion_protection.enabled": "false", "idle_timeout.timeout_seconds": "60",
            "routing.http.desync_mitigation_mode": "defensive",
            "routing.http.drop_invalid_header_fields.enabled": "false",
            "routing.http.preserve_host_header.enabled": "false",
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
            "routing.http.xff_client_port.enabled": "false", "routing.http.xff_header_processing.mode": "append",
            "routing.http2.enabled": "true", "waf.fail_open.enabled": "false", "zonal_shift.config.enabled": "false",
        ]
        try await Fixture.with { fixture in
            let arn = try await fixture.loadBalancer()
            let output = try await fixture.aws.call(
                ELBv2.ModifyLoadBalancerAttributes.self,
                .init(loadBalancerArn: arn, attributes: sent.map { .init(key: $0.key, value: $0.value) }))
            let shown = Dictionary(
                uniqueKeysWithValues: (output.attributes ?? []).map { ($0.key ?? "", $0.value ?? "") })
            for (key, value) in sent { #expect(shown[key] == value) }
        }
    }

    @Test(arguments: [
        ("no.such.key", "1", "ValidationError", "attribute key 'no.such.key' is not recognized"),
        (
            "dns_record.client_routing_policy", "x", "InvalidConfigurationRequest",
            "attribute key 'dns_record.client_routing_policy' is not supported"
        ),
        ("waf.fail_open.enabled", "true", "InvalidConfigurationRequest", "waf.fail_open.enabled"),
        ("idle_timeout.timeout_seconds", "4001", "ValidationError", "1-4000"),
        ("routing.http.desync_mitigation_mode", "off", "ValidationError", "strictest"),
        ("idle_timeout.timeout_seconds", "+5", "ValidationError", "1-4000"),
    ])
    func attributesThatCannotBeSetAreNamed(key: String, value: String, code: String, text: String) throws {
        let error = #expect(throws: AWSError.self) {
            try AttributeTable.loadBalancer(isInternal: false).applying([(key, value)], to: [:])
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true)
    }

    @Test func pagesFollowEachOtherWithoutGap() async throws {
        try await Fixture.with { fixture in
            for index in 1...5 { _ = try await fixture.loadBalancer("web\(index)") }
            var names: [String] = []
            var marker: String?
            repeat {
                let page = try await fixture.aws.call(
                    ELBv2.DescribeLoadBalancers.self, .init(marker: marker, pageSize: 2))
                names += (page.loadBalancers ?? []).compactMap(\.loadBalancerName)
                marker = page.nextMarker
            } while marker != nil
            #expect(names == ["web1", "web2", "web3", "web4", "web5"])
        }
    }

    @Test func whatIsNotThereIsAnError() async throws {
        try await Fixture.with { fixture in
            let aws = fixture.aws
            let absent = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/no/1"
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeLoadBalancers.self, .init(names: ["no"])) }
                    == "LoadBalancerNotFound")
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeTargetGroups.self, .init(names: ["no"])) }
                    == "TargetGroupNotFound")
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeListeners.self, .init(listenerArns: ["no"])) }
                    == "ListenerNotFound")
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeRules.self, .init(ruleArns: ["no"])) }
                    == "RuleNotFound")
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeListeners.self, .init()) }
                    == "ValidationError")
            #expect(
                await fixture.code { _ = try await aws.call(ELBv2.DescribeRules.self, .init()) } == "ValidationError")
            #expect(
                await fixture.code {
                    _ = try await aws.call(ELBv2.DeleteLoadBalancer.self, .init(loadBalancerArn: absent))
                } == nil)
        }
    }
}
