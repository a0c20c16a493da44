internal import CloudWatchAPI
internal import Logging
internal import Model
internal import Monitoring
internal import ServiceLifecycle
internal import Store
internal import WireProtocol

/// Evaluates every metric alarm of the store, whichever region it is in, once a tick of its cadence. What was missed while
/// the server was down is not made up for: the next tick looks at the data of its own window.
struct AlarmEvaluator: Service {
    let store: Store
    let metrics: MetricStore
    let account: String
    let clock: any WallClock
    let alarmClock: AlarmClock
    let logger: Logger

    func run() async throws {
        // Periods under a minute, and the others.
        let cadences = Set([self.alarmClock.cadence(ofPeriod: 10), self.alarmClock.cadence(ofPeriod: 60)])
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for cadence in cadences { group.addTask { await self.run(cadence) } }
            }
        }
    }

    private func run(_ cadence: Duration) async {
        while !Task.isCancelled {
            let tick = self.alarmClock.tick(of: cadence, at: self.clock.now())
            do {
                try await self.evaluate(cadence, endingAt: tick)
            } catch {
                self.logger.error("alarms could not be evaluated", metadata: ["error": "\(error)"])
            }
            // Cancelled: the loop's condition ends it.
            try? await self.clock.sleep(until: self.alarmClock.due(after: tick, of: cadence))
        }
    }

    /// Every alarm of one cadence, over the window that ends at `end`.
    func evaluate(_ cadence: Duration, endingAt end: Timestamp) async throws {
        for alarm in try await self.store.read({ try $0.alarms(.metric) }) {
            guard alarm.heldUntil.map({ $0 <= end }) ?? true else { continue }
            do {
                let watch = try AlarmWatch(alarm, account: self.account)
                guard self.alarmClock.cadence(ofPeriod: watch.period) == cadence else { continue }
                try await self.evaluate(alarm, watch, endingAt: end)
            } catch let error as CancellationError {
                throw error
            } catch {
                self.logger.error(
                    "an alarm could not be evaluated", metadata: ["alarm": "\(alarm.name)", "error": "\(error)"])
            }
        }
    }

    private func evaluate(_ alarm: StoredAlarm, _ watch: AlarmWatch, endingAt end: Timestamp) async throws {
        let length = self.alarmClock.length(ofPeriod: watch.period)
        let grid = PeriodGrid(
            start: end - length * watch.criteria.evaluationRange, end: end, period: length)
        let sight = try await self.metrics.read { try watch.sight($0, region: alarm.region, in: grid) }
        let evaluation = AlarmEvaluation(criteria: watch.criteria, series: sight.series, endingAt: end)
        if watch.ignoresFewSamples(sight, in: evaluation.decisive) { return }
        guard let state = evaluation.state, state != alarm.standing.state else { return }
        let now = self.clock.now()
        let reason = AlarmReason(
            evaluation, from: alarm.standing.state, to: state, statistic: watch.statistic, unit: watch.unit,
            period: watch.period, at: now)
        let standing = AlarmStateChange.Standing(state: state, reason: reason.text, reasonData: reason.data, since: now)
        try await self.store.write { transaction in
            // Changed while its data were read: the next look is at the new one.
            guard let current = try transaction.alarm(region: alarm.region, name: alarm.name), current == alarm else {
                return
            }
            try transaction.set(standing, of: current)
            try transaction.settleCompositeAlarms(
                after: [alarm.name], in: Scope(account: self.account, region: alarm.region), at: now)
        }
        CrashPoint.reached("alarm-transition-committed")
    }
}
