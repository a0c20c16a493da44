"""What a task definition says, seen from inside its containers in a Docker engine."""

import json

import boto3
import pytest

from engine import IMAGE, containers, docker, require_engine
from server import Server, wait_until
from stack import NETWORK
from test_ecs import ROLE, Tasks, container, logged, shell


@pytest.fixture(scope="module")
def tasks():
    """One server for all: the tests differ in their tasks alone."""
    require_engine()
    server = Server(runtime="docker").start()
    yield DockerTasks(server)
    server.close()


class DockerTasks(Tasks):
    def define(self, *containers: dict, family: str = "job", **more) -> str:
        return super().define(*[{"image": IMAGE, **c} for c in containers], family=family, **more)

    def output(self, script: str, task_cpu: str | None = None, **more) -> list[str]:
        """The lines of a task of one container that ends with code 0."""
        group = f"/{abs(hash((script, task_cpu, str(more))))}"
        own = {key: more.pop(key) for key in ("volumes", "pidMode", "ipcMode", "networkMode") if key in more}
        if task_cpu:
            own["cpu"] = task_cpu
        done = self.finish(shell("app", script, logConfiguration=logged(group), **more), **own)
        assert container(done, "app").get("exitCode") == 0, (done["stoppedReason"], done["containers"])
        return self.lines(group)


def test_containers_start_in_the_order_of_their_dependencies(tasks):
    log = logged("/order")
    health = {"command": ["CMD-SHELL", "test -e /ready"], "interval": 5, "retries": 2}
    done = tasks.finish(
        shell("migrate", "echo migrate", essential=False, logConfiguration=log),
        shell("seed", "echo seed; exit 4", essential=False, logConfiguration=log,
              dependsOn=[{"containerName": "migrate", "condition": "SUCCESS"}]),
        shell("database", "trap 'exit 9' TERM; echo database; : >/ready; while :; do sleep 0.1; done", logConfiguration=log,
              healthCheck=health, dependsOn=[{"containerName": "seed", "condition": "COMPLETE"}]),
        shell("deaf", "trap '' TERM; echo deaf; while :; do sleep 0.1; done", essential=False, stopTimeout=2, logConfiguration=log,
              dependsOn=[{"containerName": "database", "condition": "HEALTHY"}]),
        shell("app", "echo app", logConfiguration=log, dependsOn=[{"containerName": "deaf", "condition": "START"}]))
    assert tasks.lines("/order") == ["migrate", "seed", "database", "deaf", "app"]
    codes = {c["name"]: c.get("exitCode") for c in done["containers"]}
    assert codes == {"migrate": 0, "seed": 4, "database": 9, "deaf": 137, "app": 0}


def test_a_sidecar_may_end_and_a_stopped_task_leaves_nothing(tasks):
    task = tasks.run(tasks.define(
        shell("sidecar", "exit 1", essential=False), shell("app", "trap 'exit 5' TERM; while :; do sleep 0.1; done")))
    tasks.wait_for(task, "RUNNING")
    wait_until(lambda: container(tasks.describe(task), "sidecar").get("exitCode") == 1, 20, "the sidecar has ended")
    assert tasks.describe(task)["lastStatus"] == "RUNNING"
    tasks.ecs.stop_task(cluster="main", task=task["taskArn"], reason="maintenance")
    done = tasks.wait_for(task, "STOPPED")
    assert (done["stopCode"], done["stoppedReason"], container(done, "app")["exitCode"]) == ("UserInitiated", "maintenance", 5)
    assert containers(tasks.server) == set()


def test_limits_user_and_file_system_are_those_of_the_definition(tasks):
    lines = tasks.output(
        "echo $COLOR $0; ulimit -n; id=$(cat /proc/self/status); for word in $id; do case $last in Uid:) echo uid $word;; esac; last=$word; done; "
        "(echo x >/x) 2>/dev/null || echo read-only; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; "
        "ls /scratch; cat /proc/mounts",
        environment=[{"name": "COLOR", "value": "teal"}], user="1000:1000", readonlyRootFilesystem=True, memory=48, cpu=128,
        ulimits=[{"name": "nofile", "softLimit": 77, "hardLimit": 88}],
        linuxParameters={"tmpfs": [{"containerPath": "/scratch", "size": 3, "mountOptions": ["noatime"]}]})
    assert lines[:5] == ["teal /bin/sh", "77", "uid 1000", "read-only", str(48 * 1024 * 1024)]
    assert any(line.startswith("tmpfs /scratch") and "size=3072k" in line and "noatime" in line for line in lines)


def test_no_container_gets_more_cpu_than_its_task(tasks):
    quota = "cat /sys/fs/cgroup/cpu.max 2>/dev/null || cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us"
    assert tasks.output(quota, cpu=64, task_cpu="512")[0].split()[0] == "50000"
    assert tasks.output(quota, cpu=64)[0].split()[0] in ("max", "-1")


def test_a_shared_volume_outlives_its_task(tasks):
    name = "teal-test-" + tasks.server.folder.name[-8:].replace("_", "x")
    volumes = [{"name": name, "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True, "driver": "local"}}, {"name": "own"}]
    mounts = [{"sourceVolume": name, "containerPath": "/data"}, {"sourceVolume": "own", "containerPath": "/own"}]
    script = "cat /data/file /own/file 2>/dev/null; echo kept >/data/file; echo gone >/own/file; echo written"
    try:
        assert tasks.output(script, mountPoints=mounts, volumes=volumes) == ["written"]
        assert tasks.output(script + " again", mountPoints=mounts, volumes=volumes) == ["kept", "written again"]
    finally:
        docker("volume", "rm", name)


def test_the_role_of_a_task_is_told_to_its_containers(tasks):
    definition = tasks.define(
        shell("app", '/bin/busybox wget -q -O - --header "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" $AWS_CONTAINER_CREDENTIALS_FULL_URI; '
              "echo; echo $AWS_ACCESS_KEY_ID; echo $AWS_SECRET_ACCESS_KEY; echo $AWS_SESSION_TOKEN", logConfiguration=logged("/role")),
        taskRoleArn=ROLE)
    task = tasks.run(definition)
    done = tasks.wait_for(task, "STOPPED")
    lines = [line for line in tasks.lines("/role") if line]
    assert container(done, "app")["exitCode"] == 0, lines
    page = json.loads(lines[0])
    for key, secret, token in ((page["AccessKeyId"], page["SecretAccessKey"], page["Token"]), lines[1:4]):
        identity = boto3.client(
            "sts", region_name="us-east-1", endpoint_url=tasks.server.endpoint, aws_access_key_id=key, aws_secret_access_key=secret,
            aws_session_token=token).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::123456789012:assumed-role/task/{task['taskArn'].rsplit('/', 1)[1]}"


def test_secrets_fail_the_task_by_name(tasks):
    done = tasks.finish(shell("app", "exit 0", secrets=[{"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/s"}]))
    assert done["stopCode"] == "TaskFailedToStart" and "secrets" in done["stoppedReason"]


def test_engine_options_reach_the_container(tasks):
    lines = tasks.output(
        "cat /etc/resolv.conf; ls /dev/spare; cat /proc/self/status; cat /etc/hosts; cat /proc/mounts; cat /proc/sys/net/core/somaxconn",
        networkMode="bridge", dnsServers=["192.0.2.53"], dnsSearchDomains=["corp.example"], hostname="named",
        extraHosts=[{"hostname": "db", "ipAddress": "192.0.2.7"}], dockerSecurityOptions=["no-new-privileges"],
        systemControls=[{"namespace": "net.core.somaxconn", "value": "77"}],
        linuxParameters={"devices": [{"hostPath": "/dev/null", "containerPath": "/dev/spare", "permissions": ["read"]}],
                         "capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True, "sharedMemorySize": 5})
    text = "\n".join(lines)
    assert "search corp.example" in lines
    assert "/dev/spare" in lines and "NoNewPrivs:\t1" in lines and "CapBnd:\t0000000000000000" in lines
    assert any(line.split() == ["192.0.2.7", "db"] for line in lines) and "named" in text
    assert any(line.startswith("shm /dev/shm") and "size=5120k" in line for line in lines)
    assert lines[-1] == "77"


def test_containers_of_an_awsvpc_task_share_its_name_servers(tasks):
    tasks.logs.create_log_group(logGroupName="/resolv")
    task = tasks.run(
        tasks.define(
            shell("app", "cat /etc/resolv.conf; exec sleep 60", dnsServers=["192.0.2.53"], dnsSearchDomains=["corp.example"],
                  stopTimeout=2, logConfiguration=logged("/resolv")), networkMode="awsvpc"),
        networkConfiguration=NETWORK)
    wait_until(lambda: "search corp.example" in tasks.lines("/resolv"), 30, "the container has told its search domain")
    # The engine's own name server stands between; it asks these.
    assert "[192.0.2.53]" in docker("inspect", "--format", "{{.HostConfig.Dns}}", *containers(tasks.server))
    tasks.ecs.stop_task(cluster="main", task=task["taskArn"])
    tasks.wait_for(task, "STOPPED")


def test_containers_find_each_other_and_share_volumes_and_processes(tasks):
    log = logged("/together")
    done = tasks.finish(
        shell("data", "echo shared >/data/file; exec /bin/busybox httpd -f -p 8080 -h /data", essential=False, stopTimeout=2,
              mountPoints=[{"sourceVolume": "own", "containerPath": "/data"}]),
        shell("app", "cat /data/file; (echo x >/data/file) 2>/dev/null || echo read-only; "
              "for i in 1 2 3 4 5 6 7 8 9; do /bin/busybox wget -q -O - http://web:8080/file && break; sleep 0.3; done; "
              "/bin/busybox ps | /bin/busybox grep -c '[h]ttpd'", logConfiguration=log,
              links=["data:web"], volumesFrom=[{"sourceContainer": "data", "readOnly": True}]),
        volumes=[{"name": "own"}], pidMode="task", ipcMode="task")
    assert container(done, "app").get("exitCode") == 0, done
    assert tasks.lines("/together") == ["shared", "read-only", "shared", "1"]
    assert containers(tasks.server) == set()


def test_a_container_that_ends_too_soon_is_not_started_again(tasks):
    policy = {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60}
    done = tasks.finish(shell("app", "exit 3", restartPolicy=policy))
    assert (container(done, "app")["exitCode"], done["stopCode"]) == (3, "EssentialContainerExited")
