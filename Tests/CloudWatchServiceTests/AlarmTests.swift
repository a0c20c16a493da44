internal import CloudWatchAPI
internal import Model
internal import Store
internal import Testing
internal import WireProtocol

@testable internal import CloudWatchService

struct AlarmTests {
    @Test func tripsAndRecoversWithItsMetric() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm(actions: [CloudWatchFixture.function])
            #expect(try await fixture.alarm().stateReason == "Unchecked: Initial alarm creation")
            try await fixture.put(9)
            fixture.clock.advance(by: .seconds(62))
            try await fixture.evaluate()
            let tripped = try await fixture.alarm()
            #expect(tripped.stateValue == .alarm)
            #expect(
                tripped.stateReason?.contains("[9.0 (20/11/26 12:00:00)] was greater than the threshold (5.0)") == true)
            #expect(tripped.stateTransitionedTimestamp == fixture.clock.now())

            try await fixture.put(1)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .ok)
            #expect(
                try await fixture.history()
                    == [
                        "Alarm updated from ALARM to OK", "Alarm updated from INSUFFICIENT_DATA to ALARM",
                        "Alarm \"a\" created",
                    ])
        }
    }

    @Test func theMinuteThatIsNotOverIsNotLookedAt() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm()
            try await fixture.put(9)
            fixture.clock.advance(by: .seconds(59))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .insufficientData)
        }
    }

    @Test func aFasterTimeScaleShortensThePeriod() async throws {
        let scale = try #require(TimeScale(60))
        try await CloudWatchFixture.with(timeScale: scale) { fixture in
            try await fixture.putAlarm(missing: "notBreaching")
            try await fixture.put(9)
            fixture.clock.advance(by: .milliseconds(1200))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .alarm)
            fixture.clock.advance(by: .seconds(4))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .ok, "the second is out of range")
        }
    }

    @Test func actionsArePerformedOnceAndRecorded() async throws {
        try await CloudWatchFixture.with { fixture in
            let topic = "arn:aws:sns:us-east-1:123456789012:topic"
            let absent = "arn:aws:lambda:us-east-1:123456789012:function:absent"
            try await fixture.putAlarm(actions: [CloudWatchFixture.function, topic, absent])
            try await fixture.setState(.alarm, of: "a")
            let performer = try #require(fixture.handlers.services.compactMap { $0 as? AlarmActionPerformer }.first)
            try await performer.performAll()
            try await performer.performAll()
            let event = try #require(fixture.invocations.all.first)
            #expect(fixture.invocations.all.count == 1)
            #expect(event["source"]?.string == "aws.cloudwatch")
            #expect(event["alarmArn"]?.string == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a")
            #expect(event["alarmData"]?["state"]?["value"]?.string == "ALARM")
            #expect(event["alarmData"]?["previousState"]?["value"]?.string == "INSUFFICIENT_DATA")
            let history = try await fixture.history()
            #expect(history.contains("Successfully executed action \(CloudWatchFixture.function)"))
            #expect(
                history.contains(
                    "Failed to execute action \(topic). Received error: \"Teal does not support alarm actions of sns\"")
            )
            #expect(
                history.contains {
                    $0.hasPrefix("Failed to execute action \(absent). Received error: \"ResourceNotFound")
                })
        }
    }

    @Test func disabledActionsAreNotPerformed() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm(actions: [CloudWatchFixture.function])
            _ = try await fixture.aws.call(CloudWatch.DisableAlarmActions.self, .init(alarmNames: ["a", "gone"]))
            try await fixture.setState(.alarm, of: "a")
            let pending = try await fixture.handlers.store.read { try $0.alarmsWithPendingActions() }
            #expect(pending.isEmpty)
            #expect(try await fixture.alarm().actionsEnabled == false)
        }
    }

    @Test func aStateSetByHandHoldsForAWhile() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm(missing: "notBreaching")
            fixture.clock.advance(by: .seconds(55))
            try await fixture.setState(.alarm, of: "a")
            fixture.clock.advance(by: .seconds(8))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .alarm)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.evaluate()
            #expect(try await fixture.alarm().stateValue == .ok)
        }
    }

    @Test func anUpdateKeepsStateAndTags() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm(tags: [.init(key: "team", value: "blue")])
            try await fixture.setState(.alarm, of: "a")
            try await fixture.putAlarm(missing: "breaching", tags: [.init(key: "team", value: "green")])
            let alarm = try await fixture.alarm()
            #expect(alarm.stateValue == .alarm && alarm.treatMissingData == "breaching")
            let tags = try await fixture.aws.call(
                CloudWatch.ListTagsForResource.self, .init(resourceARN: try #require(alarm.alarmArn)))
            #expect(tags.tags == [.init(key: "team", value: "blue")])
        }
    }

    @Test func compositeAlarmsFollowTheirChildren() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm("a")
            try await fixture.putAlarm("b")
            func put(_ name: String, _ rule: String) async throws {
                _ = try await fixture.aws.call(
                    CloudWatch.PutCompositeAlarm.self, .init(alarmName: name, alarmRule: rule))
            }
            try await put("both", "ALARM(a) AND ALARM(b)")
            try await put("above", "NOT OK(both)")
            #expect(try await fixture.composite("both").stateValue == .ok)
            try await fixture.setState(.alarm, of: "a")
            #expect(try await fixture.composite("both").stateValue == .ok)
            try await fixture.setState(.alarm, of: "b")
            let both = try await fixture.composite("both")
            #expect(both.stateValue == .alarm)
            #expect(
                both.stateReason
                    == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:b transitioned to ALARM at Friday 20 November, 2026 12:00:00 UTC"
            )
            #expect(try await fixture.composite("above").stateValue == .alarm)
            try await fixture.setState(.ok, of: "both")
            #expect(try await fixture.composite("both").stateValue == .ok, "until a child changes")
            #expect(try await fixture.composite("above").stateValue == .ok)
            for (name, rule) in [("both", "ALARM(gone)"), ("both", "ALARM(both)"), ("a", "TRUE"), ("x", "ALARM(")] {
                await #expect(throws: AWSError.self) { try await put(name, rule) }
            }
        }
    }

    @Test func circlesEnd() async throws {
        try await CloudWatchFixture.with { fixture in
            for (name, rule) in [("x", "TRUE"), ("y", "NOT ALARM(x)"), ("x", "ALARM(y)")] {
                _ = try await fixture.aws.call(
                    CloudWatch.PutCompositeAlarm.self, .init(alarmName: name, alarmRule: rule))
            }
            await #expect(throws: AWSError.self) {
                try await fixture.aws.call(CloudWatch.DeleteAlarms.self, .init(alarmNames: ["x"]))
            }
        }
    }

    @Test func deletesWhatThereIsAndNamesTheRest() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.putAlarm("a")
            try await fixture.putAlarm("b")
            await #expect(throws: CloudWatch.Errors.resourceNotFound("Alarms [gone] do not exist.")) {
                try await fixture.aws.call(CloudWatch.DeleteAlarms.self, .init(alarmNames: ["a", "gone"]))
            }
            let left = try await fixture.aws.call(CloudWatch.DescribeAlarms.self, .init())
            #expect(left.metricAlarms?.map(\.alarmName) == ["b"])
            #expect(try await fixture.history("a").first == "Alarm \"a\" deleted")
        }
    }

    @Test func anExpressionIsWatched() async throws {
        try await CloudWatchFixture.with { fixture in
            func stat(_ name: String) -> CloudWatch.MetricStat {
                .init(metric: .init(namespace: "app", metricName: name), period: 60, stat: "Sum")
            }
            _ = try await fixture.aws.call(
                CloudWatch.PutMetricAlarm.self,
                .init(
                    alarmName: "a", evaluationPeriods: 1, threshold: 10, comparisonOperator: .greaterThanThreshold,
                    treatMissingData: "notBreaching",
                    metrics: [
                        .init(id: "rate", expression: "100*FILL(bad,0)/all", label: "rate", returnData: true),
                        .init(id: "bad", metricStat: stat("5xx"), returnData: false),
                        .init(id: "all", metricStat: stat("requests"), returnData: false),
                    ]))
            try await fixture.put(3, "5xx")
            try await fixture.put(10, "requests")
            fixture.clock.advance(by: .seconds(62))
            try await fixture.evaluate()
            let alarm = try await fixture.alarm()
            #expect(alarm.stateValue == .alarm)
            #expect(alarm.stateReason?.contains("[30.0 ") == true)
        }
    }
}
