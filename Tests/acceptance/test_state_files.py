"""Files that an earlier server left: of an older version, of a newer one, damaged."""

import contextlib
import pathlib
import sqlite3
import subprocess
import urllib.request

import pytest

from server import BINARY, Server, free_port, wait_until

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def restore(data: pathlib.Path, name: str, replacements: dict[str, str]) -> None:
    """A database of the first schema (`fixtures/NAME-1.sql`), with this machine's paths and ports."""
    text = (FIXTURES / f"{name}-1.sql").read_text()
    for old, new in replacements.items():
        text = text.replace(old, new)
    with sqlite3.connect(data / f"{name}.db") as database:
        database.executescript(text)
    database.close()


@pytest.fixture
def older(start_server) -> tuple[Server, int]:
    """A server over the state of the first version, and its production port."""
    server = Server()
    server.data.mkdir(mode=0o700)
    production = free_port()
    replacements = {
        "@TEAL@": str(BINARY), "@FOLDER@": str(server.folder), "@ENDPOINT@": server.endpoint, "64001": str(production),
        "64002": str(free_port()),
    }
    for name in ("teal", "logs"):
        restore(server.data, name, replacements)
    yield server.start(), production
    server.close()


def test_the_state_of_the_first_version_goes_on(older):
    """It ran v2, and a deployment of v3 waited to be continued, for an hour that is long over."""
    server, production = older
    ecs, elb, codedeploy = server.client("ecs"), server.client("elbv2"), server.client("codedeploy")
    functions, logs, iam = server.client("lambda"), server.client("logs"), server.client("iam")

    # Its processes are gone: the service's tasks are replaced, and the listener is served again.
    def answer() -> str:
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{production}/", timeout=5).read().decode().strip()
        except OSError:
            return ""
    wait_until(lambda: answer() == "v2", 60, "v2 answers")
    deployments = {
        info["status"]: info for info in codedeploy.batch_get_deployments(
            deploymentIds=codedeploy.list_deployments()["deployments"])["deploymentsInfo"]}
    assert deployments["Succeeded"]["deploymentId"] == "d-ZKBPLZ8M6"
    wait_until(lambda: codedeploy.get_deployment(deploymentId="d-68J8JJZ6W")["deploymentInfo"]["status"] == "Stopped", 60,
               "the deployment that waited is stopped")
    waited = codedeploy.get_deployment(deploymentId="d-68J8JJZ6W")["deploymentInfo"]
    assert waited["errorInformation"]["code"] == "TIMEOUT"
    for deployment in ("d-ZKBPLZ8M6", "d-68J8JJZ6W"):
        target = codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"][0]
        codedeploy.get_deployment_target(deploymentId=deployment, targetId=target)

    assert codedeploy.list_applications()["applications"] == ["app"]
    codedeploy.get_deployment_group(applicationName="app", deploymentGroupName="group")
    codedeploy.get_deployment_config(deploymentConfigName="kept-config")
    assert len(codedeploy.list_application_revisions(applicationName="app")["revisions"]) == 2

    service = ecs.describe_services(cluster="main", services=["web"], include=["TAGS"])["services"][0]
    assert service["tags"] == [{"key": "kept", "value": "yes"}] and len(service["events"]) > 10
    assert len(ecs.list_task_definitions(familyPrefix="web")["taskDefinitionArns"]) == 3
    ecs.describe_task_definition(taskDefinition="web:1")
    tasks = [arn for status in ("RUNNING", "STOPPED") for arn in ecs.list_tasks(cluster="main", desiredStatus=status)["taskArns"]]
    assert len(ecs.describe_tasks(cluster="main", tasks=tasks)["tasks"]) == len(tasks) > 2
    assert {"name": "containerInsights", "value": "enabled"}.items() <= ecs.list_account_settings(name="containerInsights")["settings"][0].items()

    balancer = elb.describe_load_balancers(Names=["web"])["LoadBalancers"][0]["LoadBalancerArn"]
    assert elb.describe_tags(ResourceArns=[balancer])["TagDescriptions"][0]["Tags"] == [{"Key": "kept", "Value": "yes"}]
    elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)
    listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    rules = [rule for found in listeners for rule in elb.describe_rules(ListenerArn=found["ListenerArn"])["Rules"]]
    assert sorted(rule["Priority"] for rule in rules) == ["7", "default", "default"]
    for group in elb.describe_target_groups()["TargetGroups"]:
        elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])
        elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])

    assert functions.get_function_configuration(FunctionName="hook-0", Qualifier="kept")["Version"] == "1"
    assert "kept" in functions.get_policy(FunctionName="hook-0")["Policy"]
    assert functions.get_function_event_invoke_config(FunctionName="hook-0")["MaximumRetryAttempts"] == 1
    messages = [event["message"] for event in logs.filter_log_events(logGroupName="/aws/lambda/hook-0")["events"]]
    assert any("hook for d-ZKBPLZ8M6" in message for message in messages)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 3653

    role = iam.get_role(RoleName="kept-role")["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    iam.get_role_policy(RoleName="kept-role", PolicyName="inline")
    policy = iam.list_attached_role_policies(RoleName="kept-role")["AttachedPolicies"][0]["PolicyArn"]
    iam.get_policy_version(PolicyArn=policy, VersionId="v1")
    assert iam.list_instance_profiles_for_role(RoleName="kept-role")["InstanceProfiles"][0]["InstanceProfileName"] == "kept-profile"
    key = iam.list_access_keys(UserName="kept-user")["AccessKeyMetadata"][0]["AccessKeyId"]
    kept = server.client("sts", key=key, secret="kept-secret-kept-secret-kept-secret-kept")
    assert kept.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/kept-user"


def overwrite(file: pathlib.Path, at: int, data: bytes) -> None:
    with open(file, "r+b") as opened:
        opened.seek(at)
        opened.write(data)


def halve(file: pathlib.Path) -> None:
    with open(file, "r+b") as opened:
        opened.truncate(file.stat().st_size // 2 // 4096 * 4096)


def from_the_future(file: pathlib.Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("INSERT INTO grdb_migrations VALUES ('future.1')")
    database.close()


def content(file: pathlib.Path) -> bytes | str:
    """Everything in a database that SQLite can read, else every byte; but not its header, where SQLite counts its openings."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(file)) as database:
        return "\n".join(database.iterdump())
    return file.read_bytes()[100:] if file.suffix == ".db" else file.read_bytes()


@pytest.mark.parametrize("name, damage, finding", [
    ("teal.db", lambda file: overwrite(file, 0, b"no database" * 10), "file is not a database; it was left as it is"),
    ("teal.db", halve, "database disk image is malformed; it was left as it is"),
    ("teal.db", lambda file: overwrite(file, 3 * 4096, b"\xff" * 8 * 4096), "it was left as it is: put a copy back, or move it away"),
    ("teal.db", from_the_future, "written by a newer version of teal (future.1); start that version"),
    ("logs.db", lambda file: overwrite(file, 0, b"no database" * 10), "file is not a database; it was left as it is"),
    ("logs.db", from_the_future, "written by a newer version of teal (future.1); start that version"),
    ("credentials", lambda file: file.write_text("[default]\naws_access_key_id =\n"), "write both there, or remove the file"),
], ids=["garbage", "cut", "overwritten", "newer", "logs-garbage", "logs-newer", "credentials"])
def test_what_cannot_be_read_stops_the_start_and_stays_as_it_is(server, name, damage, finding):
    server.client("iam").create_user(UserName="somebody")
    server.down()
    file = server.data / name
    damage(file)
    before = content(file)
    (server.data / "proxy.pid").unlink()

    ended = subprocess.run(
        [BINARY, "serve", "--data-dir", server.data, "--listen", "127.0.0.1:0", "--runtime=process"],
        capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert str(file) in ended.stderr and finding in ended.stderr, ended.stderr
    assert content(file) == before
    assert not (server.data / "proxy.pid").exists(), "a proxy was started"


def test_files_that_are_written_anew_may_hold_anything(server):
    server.down()
    (server.data / "endpoint").write_text("garbage")
    (server.data / "proxy" / "proxy-state.json").write_text('{"snapshot": {"gen')
    server.start()
    assert (server.data / "endpoint").read_text().startswith(server.endpoint)
    assert server.client("sts").get_caller_identity()["Account"] == "123456789012"
    wait_until(lambda: "saved routing state cannot be read" in (server.data / "proxy.log").read_text(), 10, "the proxy says so")
