internal import IAMAPI
package import Model
package import Store
package import WireProtocol

/// The operations of AWS IAM that Teal serves. Identities and policies are records: nothing is allowed or denied by them.
package struct IAMHandlers: Sendable {
    let store: Store
    let clock: any WallClock

    package init(store: Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(IAM.service, validationErrors: .queryValidationError)
        self.registerRoles(in: &registry)
        self.registerUsers(in: &registry)
        self.registerPolicies(in: &registry)
        self.registerInstanceProfiles(in: &registry)
    }

    private func registerRoles(in registry: inout OperationRegistry) {
        registry.handle(IAM.CreateRole.self, self.createRole)
        registry.handle(IAM.GetRole.self, self.getRole)
        registry.handle(IAM.ListRoles.self, self.listRoles)
        registry.handle(IAM.UpdateRole.self, self.updateRole)
        registry.handle(IAM.UpdateRoleDescription.self, self.updateRoleDescription)
        registry.handle(IAM.UpdateAssumeRolePolicy.self, self.updateAssumeRolePolicy)
        registry.handle(IAM.DeleteRole.self, self.deleteRole)
        registry.handle(IAM.TagRole.self, self.tagRole)
        registry.handle(IAM.UntagRole.self, self.untagRole)
        registry.handle(IAM.ListRoleTags.self, self.listRoleTags)
        registry.handle(IAM.PutRolePolicy.self, self.putRolePolicy)
        registry.handle(IAM.GetRolePolicy.self, self.getRolePolicy)
        registry.handle(IAM.ListRolePolicies.self, self.listRolePolicies)
        registry.handle(IAM.DeleteRolePolicy.self, self.deleteRolePolicy)
        registry.handle(IAM.AttachRolePolicy.self, self.attachRolePolicy)
        registry.handle(IAM.DetachRolePolicy.self, self.detachRolePolicy)
        registry.handle(IAM.ListAttachedRolePolicies.self, self.listAttachedRolePolicies)
        registry.handle(IAM.CreateServiceLinkedRole.self, self.createServiceLinkedRole)
        registry.handle(IAM.DeleteServiceLinkedRole.self, self.deleteServiceLinkedRole)
        registry.handle(IAM.GetServiceLinkedRoleDeletionStatus.self, self.getServiceLinkedRoleDeletionStatus)
    }

    private func registerUsers(in registry: inout OperationRegistry) {
        registry.handle(IAM.CreateUser.self, self.createUser)
        registry.handle(IAM.GetUser.self, self.getUser)
        registry.handle(IAM.ListUsers.self, self.listUsers)
        registry.handle(IAM.UpdateUser.self, self.updateUser)
        registry.handle(IAM.DeleteUser.self, self.deleteUser)
        registry.handle(IAM.TagUser.self, self.tagUser)
        registry.handle(IAM.UntagUser.self, self.untagUser)
        registry.handle(IAM.ListUserTags.self, self.listUserTags)
        registry.handle(IAM.ListGroupsForUser.self, self.listGroupsForUser)
        registry.handle(IAM.PutUserPolicy.self, self.putUserPolicy)
        registry.handle(IAM.GetUserPolicy.self, self.getUserPolicy)
        registry.handle(IAM.ListUserPolicies.self, self.listUserPolicies)
        registry.handle(IAM.DeleteUserPolicy.self, self.deleteUserPolicy)
        registry.handle(IAM.AttachUserPolicy.self, self.attachUserPolicy)
        registry.handle(IAM.DetachUserPolicy.self, self.detachUserPolicy)
        registry.handle(IAM.ListAttachedUserPolicies.self, self.listAttachedUserPolicies)
        registry.handle(IAM.CreateAccessKey.self, self.createAccessKey)
        registry.handle(IAM.ListAccessKeys.self, self.listAccessKeys)
        registry.handle(IAM.UpdateAccessKey.self, self.updateAccessKey)
        registry.handle(IAM.DeleteAccessKey.self, self.deleteAccessKey)
    }

    private func registerPolicies(in registry: inout OperationRegistry) {
        registry.handle(IAM.CreatePolicy.self, self.createPolicy)
        registry.handle(IAM.GetPolicy.self, self.getPolicy)
        registry.handle(IAM.ListPolicies.self, self.listPolicies)
        registry.handle(IAM.DeletePolicy.self, self.deletePolicy)
        registry.handle(IAM.TagPolicy.self, self.tagPolicy)
        registry.handle(IAM.UntagPolicy.self, self.untagPolicy)
        registry.handle(IAM.ListPolicyTags.self, self.listPolicyTags)
        registry.handle(IAM.CreatePolicyVersion.self, self.createPolicyVersion)
        registry.handle(IAM.GetPolicyVersion.self, self.getPolicyVersion)
        registry.handle(IAM.ListPolicyVersions.self, self.listPolicyVersions)
        registry.handle(IAM.SetDefaultPolicyVersion.self, self.setDefaultPolicyVersion)
        registry.handle(IAM.DeletePolicyVersion.self, self.deletePolicyVersion)
        registry.handle(IAM.ListEntitiesForPolicy.self, self.listEntitiesForPolicy)
    }

    private func registerInstanceProfiles(in registry: inout OperationRegistry) {
        registry.handle(IAM.CreateInstanceProfile.self, self.createInstanceProfile)
        registry.handle(IAM.GetInstanceProfile.self, self.getInstanceProfile)
        registry.handle(IAM.ListInstanceProfiles.self, self.listInstanceProfiles)
        registry.handle(IAM.ListInstanceProfilesForRole.self, self.listInstanceProfilesForRole)
        registry.handle(IAM.AddRoleToInstanceProfile.self, self.addRoleToInstanceProfile)
        registry.handle(IAM.RemoveRoleFromInstanceProfile.self, self.removeRoleFromInstanceProfile)
        registry.handle(IAM.DeleteInstanceProfile.self, self.deleteInstanceProfile)
        registry.handle(IAM.TagInstanceProfile.self, self.tagInstanceProfile)
        registry.handle(IAM.UntagInstanceProfile.self, self.untagInstanceProfile)
        registry.handle(IAM.ListInstanceProfileTags.self, self.listInstanceProfileTags)
    }
}
