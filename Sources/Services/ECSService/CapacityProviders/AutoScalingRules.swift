internal import ECSAPI

/// An Auto Scaling group's provider with the defaults that AWS echoes.
enum AutoScalingRules {
    static func completed(_ provider: ECS.AutoScalingGroupProvider) throws -> ECS.AutoScalingGroupProvider {
        guard !provider.autoScalingGroupArn.isEmpty else {
            throw ECS.Errors.clientException("autoScalingGroupArn can not be blank.")
        }
        var provider = provider
        var scaling = provider.managedScaling ?? ECS.ManagedScaling(status: .disabled)
        scaling.status = scaling.status ?? .disabled
        scaling.targetCapacity = scaling.targetCapacity ?? 100
        scaling.minimumScalingStepSize = scaling.minimumScalingStepSize ?? 1
        scaling.maximumScalingStepSize = scaling.maximumScalingStepSize ?? 10_000
        scaling.instanceWarmupPeriod = scaling.instanceWarmupPeriod ?? 300
        provider.managedScaling = scaling
        provider.managedTerminationProtection = provider.managedTerminationProtection ?? .disabled
        provider.managedDraining = provider.managedDraining ?? .enabled
        guard provider.managedTerminationProtection != .enabled || scaling.status == .enabled else {
            throw ECS.Errors.invalidParameterException(
                "The managed termination protection setting for the capacity provider is invalid. "
                    + "To enable managed termination protection for a capacity provider, managed scaling must be enabled."
            )
        }
        return provider
    }

    static func changed(
        _ provider: ECS.AutoScalingGroupProvider, by change: ECS.AutoScalingGroupProviderUpdate
    ) throws -> ECS.AutoScalingGroupProvider {
        var provider = provider
        if let new = change.managedScaling {
            var scaling = provider.managedScaling ?? ECS.ManagedScaling()
            scaling.status = new.status ?? scaling.status
            scaling.targetCapacity = new.targetCapacity ?? scaling.targetCapacity
            scaling.minimumScalingStepSize = new.minimumScalingStepSize ?? scaling.minimumScalingStepSize
            scaling.maximumScalingStepSize = new.maximumScalingStepSize ?? scaling.maximumScalingStepSize
            scaling.instanceWarmupPeriod = new.instanceWarmupPeriod ?? scaling.instanceWarmupPeriod
            provider.managedScaling = scaling
        }
        provider.managedTerminationProtection =
            change.managedTerminationProtection ?? provider.managedTerminationProtection
        provider.managedDraining = change.managedDraining ?? provider.managedDraining
        return try self.completed(provider)
    }
}
