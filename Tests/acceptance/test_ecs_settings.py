"""Account settings, cluster settings and capacity providers of ECS."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ecs(server):
    return server.client("ecs")


def refused(call, code: str, **arguments) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value.response["Error"]["Message"]


def effective(ecs, name: str, **arguments) -> str:
    return ecs.list_account_settings(name=name, effectiveSettings=True, **arguments)["settings"][0]["value"]


def test_a_default_holds_until_a_principal_sets_its_own(server, ecs):
    user = "arn:aws:iam::123456789012:user/ann"
    assert ecs.list_account_settings()["settings"] == []
    assert effective(ecs, "containerInsights") == "disabled"
    setting = ecs.put_account_setting_default(name="containerInsights", value="enabled")["setting"]
    assert setting == {"name": "containerInsights", "value": "enabled", "principalArn": "arn:aws:iam::123456789012:root", "type": "user"}
    assert effective(ecs, "containerInsights", principalArn=user) == "enabled"
    ecs.put_account_setting(name="containerInsights", value="enhanced", principalArn=user)
    assert effective(ecs, "containerInsights", principalArn=user) == "enhanced"
    assert effective(ecs, "containerInsights") == "enabled"
    assert effective(server.client("ecs", region="eu-west-1"), "containerInsights") == "disabled"
    assert ecs.create_cluster(clusterName="insights")["cluster"]["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert ecs.delete_account_setting(name="containerInsights", principalArn=user)["setting"]["value"] == "enabled"
    assert ecs.list_account_settings(principalArn=user)["settings"] == []


def test_all_settings_are_listed_page_by_page(ecs):
    pages = list(ecs.get_paginator("list_account_settings").paginate(effectiveSettings=True, PaginationConfig={"PageSize": 4}))
    settings = {setting["name"]: setting for page in pages for setting in page["settings"]}
    assert len(pages) == 3 and len(settings) == 11
    assert settings["taskLongArnFormat"]["value"] == "enabled"
    assert settings["guardDutyActivate"]["type"] == "aws_managed"


def test_settings_that_cannot_be_are_refused(ecs):
    refused(ecs.put_account_setting, "InvalidParameterException", name="containerInsights", value="sometimes")
    refused(ecs.put_account_setting, "InvalidParameterException", name="guardDutyActivate", value="on")
    refused(ecs.put_account_setting, "InvalidParameterException", name="taskLongArnFormat", value="disabled")
    refused(ecs.put_account_setting, "InvalidParameterException", name="containerInsights", value="enabled", principalArn="ann")
    refused(ecs.list_account_settings, "InvalidParameterException", value="enabled")


def test_a_cluster_is_updated_in_parts(ecs):
    ecs.create_cluster(clusterName="main", tags=[{"key": "a", "value": "b"}])
    logging = {"executeCommandConfiguration": {"logging": "DEFAULT"}}
    cluster = ecs.update_cluster(cluster="main", configuration=logging)["cluster"]
    assert cluster["configuration"] == logging
    assert cluster["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    cluster = ecs.update_cluster_settings(cluster="main", settings=[{"name": "containerInsights", "value": "enhanced"}])["cluster"]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert cluster["configuration"] == logging and cluster["tags"] == [{"key": "a", "value": "b"}]
    refused(ecs.update_cluster_settings, "InvalidParameterException", cluster="main", settings=[{"name": "containerInsights", "value": "x"}])
    refused(ecs.update_cluster, "ClusterNotFoundException", cluster="gone", configuration=logging)


def test_a_cluster_has_capacity_providers(ecs):
    ecs.create_cluster(clusterName="main")
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}]
    cluster = ecs.put_cluster_capacity_providers(
        cluster="main", capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=strategy)["cluster"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert ecs.describe_clusters(clusters=["main"])["clusters"][0]["defaultCapacityProviderStrategy"] == strategy

    def put(providers, strategy):
        return refused(
            ecs.put_cluster_capacity_providers, "InvalidParameterException", cluster="main", capacityProviders=providers,
            defaultCapacityProviderStrategy=strategy)

    assert "'mine' was not found" in put(["mine"], [])
    assert "not associated with the cluster" in put(["FARGATE"], [{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    assert "greater than zero" in put(["FARGATE"], [{"capacityProvider": "FARGATE", "weight": 0}])
    assert "only one" in put(["FARGATE", "FARGATE_SPOT"], [
        {"capacityProvider": "FARGATE", "weight": 1, "base": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 1}])
