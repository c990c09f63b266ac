"""The Dockerfile builds, and what it builds runs as a user of its own and says that it is healthy.

Needs root, Debian's buildah and debootstrap, and some minutes, so it runs only when
PANGATE_TEST_IMAGE=1. The base image is debian:bookworm-slim where a registry can be reached, else
one bootstrapped from Debian's packages.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = "docker.io/library/debian:bookworm-slim"
TOOLS = ("buildah", "debootstrap")

# Runs in the container: a playground in the volume, served, asked for its health, stopped.
HEALTHY = """
set -eu
pangate quickstart /var/lib/pangate/try --port 18443
pangate serve -c /var/lib/pangate/try/pangate.conf &
for i in 1 2 3 4 5 6 7 8 9 10; do
    if pangate status -c /var/lib/pangate/try/pangate.conf; then
        kill "$!"
        wait "$!"
        exit
    fi
    sleep 1
done
exit 9
"""


def install_tools():
    if os.environ.get("PANGATE_TEST_IMAGE") != "1":
        pytest.skip("PANGATE_TEST_IMAGE is not 1: building an image takes minutes")
    if os.geteuid() != 0:
        pytest.skip("building an image with chroot isolation needs root")
    if all(shutil.which(tool) for tool in TOOLS):
        return
    install = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *TOOLS]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], capture_output=True, check=False)
    if subprocess.run(install, env=environment, capture_output=True, check=False).returncode != 0:
        pytest.skip("buildah and debootstrap cannot be installed here")


class Builder:
    """buildah with a store of its own, so that nothing of this machine's images is touched."""

    def __init__(self, folder):
        self.folder = folder
        self.store = ["--root", folder / "store", "--runroot", folder / "run"]
        self.store += ["--storage-driver", "vfs"]

    def call(self, *args, check=True):
        ran = subprocess.run(
            ["buildah", *self.store, *args], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert not check or ran.returncode == 0, f"buildah {args[0]}: {ran.stdout}{ran.stderr}"
        return ran

    def fetch_base(self):
        if self.call("pull", "-q", BASE, check=False).returncode == 0:
            return
        tree = self.folder / "bookworm"
        command = ["debootstrap", "--variant=minbase", "bookworm", tree]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            pytest.skip("neither a registry nor Debian's packages can be reached")
        container = self.call("from", "scratch").stdout.strip()
        self.call("add", "-q", container, tree, "/")
        self.call("commit", "-q", "--rm", container, BASE)
        shutil.rmtree(tree)

    def run(self, container, *command):
        return self.call("run", "--isolation", "chroot", container, "--", *command)


@pytest.fixture(scope="module")
def builder(tmp_path_factory):
    install_tools()
    folder = tmp_path_factory.mktemp("image")
    builder = Builder(folder)
    builder.fetch_base()
    how = ("--isolation", "chroot", "--pull-never", "--format", "docker")
    builder.call("bud", *how, "-t", "pangate", ".")
    yield builder
    builder.call("rm", "--all", check=False)
    builder.call("rmi", "--all", "--force", check=False)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def container(builder):
    return builder.call("from", "--pull-never", "localhost/pangate").stdout.strip()


def test_the_image_says_how_it_is_run(builder):
    image = json.loads(builder.call("inspect", "--type", "image", "localhost/pangate").stdout)
    config = image["Docker"]["config"]
    assert config["User"] == "pangate"
    assert set(config["Volumes"]) == {"/etc/pangate", "/var/lib/pangate"}
    assert config["Healthcheck"]["Test"][:3] == ["CMD", "/usr/bin/pangate", "status"]
    assert config["StopSignal"] == "SIGTERM"


def test_the_image_holds_no_compiler_and_no_source(builder, container):
    builder.run(container, "sh", "-c", "! command -v gcc && ! test -e /source")


def test_the_program_runs_as_a_user_of_its_own(builder, container):
    assert builder.run(container, "id", "-un").stdout.strip() == "pangate"
    assert "pangate" in builder.run(container, "pangate", "version").stdout


def test_only_the_volumes_are_writable(builder, container):
    find = "find / -xdev -writable -type d -not -path '/proc/*' -not -path '/dev/*' 2>/dev/null"
    writable = builder.run(container, "sh", "-c", f"{find} || true").stdout.split()
    shared = {"/tmp", "/var/tmp", "/run/lock", "/dev", "/proc"}
    assert set(writable) - shared == {"/var/lib/pangate"}


def test_a_gateway_in_the_image_is_healthy_and_drains(builder, container):
    builder.run(container, "sh", "-c", HEALTHY)
