"""examples/terraform with the unmodified AWS provider: everything is made, nothing drifts, everything goes."""

import json
import os
import pathlib
import shutil
import subprocess
import urllib.request
import zipfile

import pytest

from server import ROOT, free_port, wait_until

PROVIDER = "registry.terraform.io/hashicorp/aws"


def mirror() -> pathlib.Path | None:
    """The folder of a filesystem mirror that has the provider; TEAL_TERRAFORM_MIRROR names one that is not in a usual place."""
    named = os.environ.get("TEAL_TERRAFORM_MIRROR")
    folders = [named] if named else ["/opt/tf-plugins", "/usr/local/share/terraform/plugins", "~/.terraform.d/plugins"]
    for folder in map(pathlib.Path, folders):
        if (folder.expanduser() / PROVIDER).is_dir():
            return folder.expanduser()
    return None


class Terraform:
    def __init__(self, server, folder: pathlib.Path, plugins: pathlib.Path):
        self.folder = folder
        settings = folder.parent / "terraform.rc"
        settings.write_text(
            f'provider_installation {{ filesystem_mirror {{\n path = "{plugins}"\n include = ["registry.terraform.io/hashicorp/*"]\n}} }}\n')
        self.environment = {
            **server.client_environment(), "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}

    def run(self, *arguments: str, expect: int = 0) -> str:
        result = subprocess.run(
            ["terraform", *arguments], cwd=self.folder, env=self.environment, text=True, timeout=300, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == expect, f"terraform {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout[-6000:]}"
        return result.stdout


@pytest.fixture
def terraform(server, tmp_path):
    plugins = mirror()
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    if not plugins:
        pytest.skip("no filesystem mirror has the AWS provider (TEAL_TERRAFORM_MIRROR names one)")
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "examples" / "terraform", folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "hook.zip"))
    with zipfile.ZipFile(folder / "hook.zip", "w") as archive:
        archive.write(folder / "hook.py", "hook.py")
    return Terraform(server, folder, plugins)


def fetch(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return answer.read().decode().strip()
    except OSError:
        return ""


def test_a_service_is_made_changed_deployed_and_destroyed(server, terraform):
    production = free_port()
    ports = ["-var", f"production_port={production}", "-var", f"test_port={free_port()}"]
    terraform.run("init", "-input=false")
    terraform.run("apply", "-auto-approve", "-input=false", *ports)
    assert "No changes" in terraform.run("plan", "-detailed-exitcode", "-input=false", *ports)
    wait_until(lambda: fetch(production) == "v1", 60, "the service answers")

    changed = ["-var", "release=v2", "-var", "desired_count=3", *ports]
    terraform.run("apply", "-auto-approve", "-input=false", *changed)
    assert "No changes" in terraform.run("plan", "-detailed-exitcode", "-input=false", *changed)
    output = {name: entry["value"] for name, entry in json.loads(terraform.run("output", "-json")).items()}
    assert output["task_definition"].endswith("task-definition/hello:2")

    codedeploy = server.client("codedeploy")
    appspec = {"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
        "TaskDefinition": output["task_definition"], "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}],
        "Hooks": [{"BeforeAllowTraffic": output["hook"]}]}
    deployment = codedeploy.create_deployment(
        applicationName="AppECS-hello", deploymentGroupName="DgpECS-hello",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(appspec)}})["deploymentId"]

    def ended():
        info = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
        return info if info["status"] in ("Succeeded", "Failed", "Stopped") else None

    info = wait_until(ended, 120, "the deployment ends")
    assert info["status"] == "Succeeded", info
    assert fetch(production) == "v2"
    assert "No changes" in terraform.run("plan", "-detailed-exitcode", "-input=false", *changed), "a deployment is no drift"

    terraform.run("destroy", "-auto-approve", "-input=false", *changed)
    assert server.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert server.client("elbv2").describe_target_groups()["TargetGroups"] == []
    assert server.client("ecs").list_clusters()["clusterArns"] == []
    assert server.client("ecs").list_task_definitions()["taskDefinitionArns"] == []
    assert codedeploy.list_applications()["applications"] == []
    assert server.client("lambda").list_functions()["Functions"] == []
    assert server.client("logs").describe_log_groups()["logGroups"] == []
    iam = server.client("iam")
    assert [role for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service-role/")] == []
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_instance_profiles()["InstanceProfiles"] == []
