import ELBv2API
import ProxyFeed
import Testing
import TrafficRouting
import WireProtocol

@testable import ELBv2Service

@Suite struct ListenerAndRuleTests {
    @Test func aSingleTargetGroupIsShownInBothForms() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            let listener = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: group)
            let rules = try await fixture.aws.call(ELBv2.DescribeRules.self, .init(listenerArn: listener)).rules
            let action = try #require(rules?.first?.actions?.first)
            #expect(action.targetGroupArn == group)
            #expect(action.forwardConfig?.targetGroups == [.init(targetGroupArn: group, weight: 1)])
            #expect(action.forwardConfig?.targetGroupStickinessConfig?.enabled == false)
            #expect(rules?.first?.priority == "default")
        }
    }

    @Test func whatIsShownIsValidInput() async throws {
        try await Fixture.with { fixture in
            let (blue, green) = (try await fixture.targetGroup("blue"), try await fixture.targetGroup("green"))
            let listener = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: blue)
            let weighted = ELBv2.Action(
                type: .forward,
                forwardConfig: .init(targetGroups: [
                    .init(targetGroupArn: green, weight: 0), .init(targetGroupArn: blue, weight: 100),
                ]))
            let shown = try await fixture.aws.call(
                ELBv2.ModifyListener.self, .init(listenerArn: listener, defaultActions: [weighted])
            ).listeners?.first?.defaultActions
            let again = try await fixture.aws.call(
                ELBv2.ModifyListener.self, .init(listenerArn: listener, defaultActions: shown)
            ).listeners?.first?.defaultActions
            #expect(shown == again)
            #expect(shown?.first?.targetGroupArn == nil)
            #expect(shown?.first?.forwardConfig?.targetGroups?.map(\.weight) == [0, 100])
        }
    }

    @Test func aTargetGroupBelongsToOneLoadBalancerAndCannotBeDeletedInUse() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            let first = try await fixture.loadBalancer("one")
            _ = try await fixture.listener(first, port: freePort(), forwardingTo: group)
            let other = try await fixture.loadBalancer("two")
            let port = try freePort()
            #expect(
                await fixture.code { _ = try await fixture.listener(other, port: port, forwardingTo: group) }
                    == "TargetGroupAssociationLimit")
            #expect(
                await fixture.code {
                    _ = try await fixture.aws.call(ELBv2.DeleteTargetGroup.self, .init(targetGroupArn: group))
                } == "ResourceInUse")
            _ = try await fixture.aws.call(ELBv2.DeleteLoadBalancer.self, .init(loadBalancerArn: first))
            _ = try await fixture.aws.call(ELBv2.DeleteTargetGroup.self, .init(targetGroupArn: group))
        }
    }

    @Test func aPortThatIsTakenIsNamedAndNothingIsStored() async throws {
        try await Fixture.with { fixture in
            let foreign = try ListenerSockets.bind(
                ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0), count: 1)
            let loadBalancer = try await fixture.loadBalancer()
            let group = try await fixture.targetGroup("blue")
            let error = await #expect(throws: AWSError.self) {
                _ = try await fixture.listener(loadBalancer, port: Int(foreign.address.port), forwardingTo: group)
            }
            #expect(error?.code == "InvalidConfigurationRequest")
            #expect(error?.message.contains("\(foreign.address.port)") == true)
            #expect(error?.message.contains("--lb-port-offset") == true)
            let listeners = try await fixture.aws.call(
                ELBv2.DescribeListeners.self, .init(loadBalancerArn: loadBalancer)
            ).listeners
            #expect(listeners?.isEmpty == true)
        }
    }

    @Test func rulesChangePlacesAtOnce() async throws {
        try await Fixture.with { fixture in
            let group = try await fixture.targetGroup("blue")
            let listener = try await fixture.listener(fixture.loadBalancer(), port: freePort(), forwardingTo: group)
            func rule(_ priority: Int) async throws -> String {
                try await fixture.aws.call(
                    ELBv2.CreateRule.self,
                    .init(
                        listenerArn: listener, conditions: [.init(field: "path-pattern", values: ["/a/*"])],
                        priority: priority, actions: [.init(type: .forward, targetGroupArn: group)])
                ).rules?.first?.ruleArn ?? ""
            }
            let (one, two) = (try await rule(1), try await rule(2))
            #expect(await fixture.code { _ = try await rule(2) } == "PriorityInUse")
            _ = try await fixture.aws.call(
                ELBv2.SetRulePriorities.self,
                .init(rulePriorities: [.init(ruleArn: one, priority: 2), .init(ruleArn: two, priority: 1)]))
            let shown = try await fixture.aws.call(ELBv2.DescribeRules.self, .init(listenerArn: listener)).rules ?? []
            #expect(shown.map(\.ruleArn).prefix(2) == [two, one])
            #expect(shown.map(\.priority) == ["1", "2", "default"])
            #expect(shown[0].conditions?.first?.pathPatternConfig?.values == ["/a/*"])
            #expect(shown[0].conditions?.first?.values == ["/a/*"])
            let code = await fixture.code {
                _ = try await fixture.aws.call(
                    ELBv2.SetRulePriorities.self, .init(rulePriorities: [.init(ruleArn: one, priority: 1)]))
            }
            #expect(code == "PriorityInUse")
            let defaultRule = try #require(shown.last?.ruleArn)
            #expect(
                await fixture.code {
                    _ = try await fixture.aws.call(ELBv2.DeleteRule.self, .init(ruleArn: defaultRule))
                }
                    == "OperationNotPermitted")
        }
    }

    @Test(arguments: [
        ELBv2.RuleCondition(field: "cookie", values: ["a"]),
        ELBv2.RuleCondition(field: "host-header", values: ["localhost"]),
        ELBv2.RuleCondition(field: "path-pattern", values: ["/a b"]),
        ELBv2.RuleCondition(field: "path-pattern"),
        ELBv2.RuleCondition(field: "path-pattern", values: ["/1", "/2", "/3", "/4"]),
        ELBv2.RuleCondition(field: "path-pattern", values: ["/******"]),
        ELBv2.RuleCondition(field: "http-header", httpHeaderConfig: .init(httpHeaderName: "Host", values: ["a"])),
        ELBv2.RuleCondition(field: "http-request-method", httpRequestMethodConfig: .init(values: ["get"])),
        ELBv2.RuleCondition(field: "query-string", queryStringConfig: .init(values: [.init(key: "a")])),
        ELBv2.RuleCondition(field: "source-ip", sourceIpConfig: .init(values: ["10.0.0.1"])),
    ])
    func malformedConditionsAreRefused(condition: ELBv2.RuleCondition) {
        let error = #expect(throws: AWSError.self) { try CheckedConditions([condition]) }
        #expect(error?.code == "ValidationError")
    }

    @Test func theOlderMemberOfAConditionHoldsOneValue() throws {
        #expect(throws: AWSError.validation("The 'path-pattern' field contains too many values; the limit is '1'")) {
            try CheckedConditions([.init(field: "path-pattern", values: ["/a", "/b"])])
        }
        let both = ["/a", "/b"]
        let shown = try CheckedConditions([.init(field: "path-pattern", pathPatternConfig: .init(values: both))])
            .conditions
        #expect(try CheckedConditions(shown).conditions == shown)
    }

    @Test func aRedirectToItselfIsRefusedAndOmittedPartsAreFilledIn() throws {
        let loop = #expect(throws: AWSError.self) {
            try RedirectNormalization.normalized(.init(statusCode: .init(rawValue: "HTTP_301")))
        }
        #expect(loop?.code == "InvalidLoadBalancerAction")
        let redirect = try RedirectNormalization.normalized(
            .init(port: "8443", statusCode: .init(rawValue: "HTTP_301")))
        #expect(redirect.path == "/#{path}")
        #expect(redirect.query == "#{query}")
    }
}
