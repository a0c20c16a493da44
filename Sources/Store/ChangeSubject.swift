package import DeploymentEngine
internal import Synchronization

/// One thing that somebody follows, where a topic would wake everybody at each change: then the work that a change makes does
/// not grow with the number of things.
package enum ChangeSubject: Hashable, Sendable {
    /// A service, one of its revisions or tasks.
    case service(ServiceKey)
    /// The machine of one of the service's deployments by Amazon ECS.
    case serviceDeployments(of: ServiceKey)
    case codeDeployDeployment(CodeDeployDeployment.ID)
    /// The settings, the targets or the verdicts of one target group, or whether rules lead to it.
    case targetGroup(String)
    /// The same of target groups that are not told one by one: who follows one follows this as well.
    case everyTargetGroup
}

/// The subjects that were announced since somebody last took them. Holds each once, so it grows with the things that there are
/// and not with their changes.
package final class ChangedSubjects: Sendable {
    private let subjects = Mutex<Set<ChangeSubject>>([])

    func insert(_ subjects: Set<ChangeSubject>) { self.subjects.withLock { $0.formUnion(subjects) } }

    package func take() -> Set<ChangeSubject> {
        self.subjects.withLock { subjects in
            defer { subjects = [] }
            return subjects
        }
    }
}
