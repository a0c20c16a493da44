package import Model

extension ServiceDeployment {
    /// What a function said.
    package mutating func hookAnswered(_ id: CommandID, _ answer: HookAnswer, at now: Timestamp) -> Step {
        self.stepping(at: now) { deployment, step in
            guard case .running(let run) = deployment.state, case .hooking(var round) = run.phase,
                let index = round.index(of: id)
            else { return }
            switch answer {
            case .succeeded:
                deployment.close(index, in: round, as: .succeeded, on: run.leg, at: now, into: &step)
            case .failed:
                let detail = "Lifecycle hook target \(deployment.name(of: round.runs[index])) returned FAILED status."
                deployment.fail(
                    index, in: round, as: .failed, because: .hook(round.stage, detail: detail), on: run.leg, at: now,
                    into: &step)
            case .unusable(let sentence):
                deployment.fail(
                    index, in: round, as: .failed, because: .hook(round.stage, detail: sentence), on: run.leg, at: now,
                    into: &step)
            case .inProgress(let delay, let details):
                let pause = deployment.plan.timeScale.wait(delay ?? ServiceDeploymentLimit.callBack)
                round.runs[index].details = details ?? round.runs[index].details
                round.runs[index].state = .callingBack(at: deployment.timer(at: now + pause))
                deployment.state = .running(StageRun(leg: run.leg, phase: .hooking(round)))
            }
        }
    }

    /// A call did not reach the function.
    mutating func callFailed(
        _ id: CommandID, _ failure: CommandFailure, in round: HookRound, on leg: Leg, at now: Timestamp,
        into step: inout Step
    ) {
        var round = round
        guard let index = round.index(of: id), case .calling(var pending) = round.runs[index].state else { return }
        let action = pending.failed(failure.setback, at: now, serials: &self.serials)
        round.runs[index].state = .calling(pending)
        self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
        switch (action, failure) {
        case (.retry(let at, let reason), _):
            step.notices.append(.commandPostponed(id, reason: reason, at: at))
        case (.giveUp, .rejected(let reason)), (.giveUp, .notYet(let reason)), (.giveUp, .transient(let reason)):
            self.fail(
                index, in: round, as: .failed, because: .hook(round.stage, detail: reason), on: leg, at: now,
                into: &step)
        case (.none, _): break
        }
    }

    mutating func timerFired(
        _ id: DeploymentTimerID, in round: HookRound, on leg: Leg, at now: Timestamp, into step: inout Step
    ) {
        var round = round
        guard let index = round.runs.firstIndex(where: { $0.timers.contains { $0.id == id } }) else { return }
        let run = round.runs[index]
        if run.timeout.id == id {
            guard run.timeout.isDue(id, at: now) else { return }
            return self.timedOut(index, in: round, on: leg, at: now, into: &step)
        }
        switch run.state {
        case .calling(var pending):
            switch pending.timerFired(id, at: now) {
            case .perform(let command):
                round.runs[index].state = .calling(pending)
                self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
                step.commands.append(command)
            case .expire: self.timedOut(index, in: round, on: leg, at: now, into: &step)
            case .none: break
            }
        case .callingBack(let timer):
            guard timer.isDue(id, at: now) else { return }
            let call = self.call(
                run.hook, run: run.number, run.details, on: leg, until: run.timeout.deadline, into: &step)
            round.runs[index].state = .calling(call)
            self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
        case .awaitingAction, .succeeded, .failed, .timedOut: break
        }
    }

    private mutating func timedOut(
        _ index: Int, in round: HookRound, on leg: Leg, at now: Timestamp, into step: inout Step
    ) {
        let hook = self.plan.hooks[round.runs[index].hook]
        switch hook.timeoutAction {
        case .proceed: self.close(index, in: round, as: .timedOut, on: leg, at: now, into: &step)
        case .rollback:
            let cause: Cause =
                switch hook.target {
                case .pause: .pauseTimedOut(round.stage)
                case .function(let arn, _): .hookTimedOut(round.stage, target: arn)
                }
            self.fail(index, in: round, as: .timedOut, because: cause, on: leg, at: now, into: &step)
        }
    }

    /// One run is over, and its stage may go on.
    mutating func close(
        _ index: Int, in round: HookRound, as outcome: HookRound.Run.State, on leg: Leg, at now: Timestamp,
        into step: inout Step
    ) {
        var round = round
        round.runs[index].state = outcome
        self.note(round.runs[index], of: round, at: now, into: &step)
        self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
        if round.isOver { self.hooked(leg, at: now, into: &step) }
    }

    /// One run has failed: on the way there all turn around, on the way back nothing is stopped by it.
    mutating func fail(
        _ index: Int, in round: HookRound, as outcome: HookRound.Run.State, because cause: Cause, on leg: Leg,
        at now: Timestamp, into step: inout Step
    ) {
        switch self.course {
        case .back: self.close(index, in: round, as: outcome, on: leg, at: now, into: &step)
        case .forward:
            var round = round
            round.runs[index].state = outcome
            self.note(round.runs[index], of: round, at: now, into: &step)
            self.state = .running(StageRun(leg: leg, phase: .hooking(round)))
            self.fail(cause, at: now, into: &step)
        }
    }

    private func name(of run: HookRound.Run) -> String {
        switch self.plan.hooks[run.hook].target {
        case .function(let arn, _): arn
        case .pause: "pause"
        }
    }
}
