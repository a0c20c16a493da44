import DeploymentEngine
import Model
import Testing

@testable import ECSService

@Suite struct HookResponseTests {
    private func answer(_ text: String, configured: String? = nil) -> ServiceDeployment.HookAnswer {
        HookResponse(Array(text.utf8), configured: configured).answer(of: "f")
    }

    @Test(arguments: ["SUCCEEDED", " SUCCEEDED ", "succeeded"])
    func aStatusIsReadAsTheSamplesOfAWSWriteIt(_ status: String) {
        #expect(self.answer("{\"hookStatus\": \"\(status)\"}") == .succeeded)
        #expect(self.answer("{\"hookStatus\": \"FAILED\", \"reason\": \"no\"}") == .failed)
    }

    @Test(arguments: [
        ("{}", 30.0), ("{\"callBackDelay\": 5}", 5), ("{\"callbackDelay\": \"7\"}", 7),
        ("{\"callBackDelaySeconds\": 1.5}", 1.5),
        ("{\"callBackDelay\": -1}", 30),
    ])
    func theDelayHasManyNames(_ extra: String, _ seconds: Double) {
        let text = "{\"hookStatus\": \"IN_PROGRESS\"" + (extra == "{}" ? "}" : ", " + extra.dropFirst())
        let delay: Duration? = seconds == 30 ? nil : .milliseconds(Int64(seconds * 1000))
        #expect(self.answer(text) == .inProgress(callBackDelay: delay, details: nil))
    }

    @Test func detailsAreMergedOverThoseConfigured() {
        let text = "{\"hookStatus\": \"IN_PROGRESS\", \"hookDetails\": {\"b\": 3, \"c\": 4}}"
        #expect(
            self.answer(text, configured: "{\"a\": 1, \"b\": 2}")
                == .inProgress(callBackDelay: nil, details: "{\"a\":1,\"b\":3,\"c\":4}"))
    }

    @Test(arguments: [
        "", "null", "[]", "\"SUCCEEDED\"", "{\"status\": \"SUCCEEDED\"}", "{\"errorMessage\": \"it fell over\"}",
    ])
    func anAnswerWithoutAStatusIsNone(_ text: String) {
        #expect(
            self.answer(text)
                == .unusable("ECS was unable to parse the response from f due to: HookStatus must not be null"))
    }

    @Test func hookIdsAreTheSameAfterACrashAndTellRunsApart() {
        let first = HookIdentity(deployment: .init(rawValue: "d"), run: 1)
        let again = HookIdentity(deployment: .init(rawValue: "d"), run: 1)
        let other = HookIdentity(deployment: .init(rawValue: "d"), run: 2)
        #expect(first.executionID == again.executionID && first.hookID(.pause) == again.hookID(.pause))
        #expect(first.executionID != other.executionID && first.hookID(.pause) != other.hookID(.pause))
        #expect(first.executionID.count == 36)
        #expect(first.hookID(.pause).count == "ecs-pause-".count + 43)
        #expect(HookIdentity.isHookID(first.hookID(.pause)))
        #expect(!HookIdentity.isHookID("nonsense") && !HookIdentity.isHookID("ecs-pause-"))
    }

    @Test func aRuleNamesItsListener() {
        let rule =
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee"
        #expect(
            RevisionTraffic.listener(of: rule)
                == "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2"
        )
    }
}
