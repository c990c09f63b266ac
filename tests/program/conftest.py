"""What the tests of the whole program share: the binary and the corpora."""

import os
from pathlib import Path

import pytest

from faulty import make_small
from gateway import Gateway


@pytest.fixture(scope="session")
def pangate():
    """The program under test; ctest names it in PANGATE."""
    path = Path(os.environ.get("PANGATE", "pangate")).resolve()
    if not os.access(path, os.X_OK):
        pytest.skip(f"no program at {path}; set PANGATE")
    return path


@pytest.fixture(scope="session")
def small(pangate, tmp_path_factory):
    """A playground to copy, never started: see faulty.SmallGateway."""
    return make_small(pangate, tmp_path_factory.mktemp("small") / "play")


@pytest.fixture(scope="session")
def corpora():
    """The folder of test data that is not part of the tree."""
    folder = os.environ.get("PANGATE_CORPORA")
    if folder is None:
        pytest.skip("PANGATE_CORPORA is not set")
    return Path(folder)


@pytest.fixture(scope="module")
def gateway(pangate, tmp_path_factory):
    """A running gateway that a whole module shares."""
    gateway = Gateway(pangate, tmp_path_factory.mktemp("gateway") / "play").start()
    yield gateway
    assert gateway.stop() == 0
    assert "Sanitizer" not in gateway.log.read_text()


@pytest.fixture
def own_gateway(pangate, tmp_path):
    """A running gateway of one test's own, to be killed and bent."""
    gateway = Gateway(pangate, tmp_path / "play").start()
    yield gateway
    if gateway.process is not None:
        gateway.process.kill()
        gateway.process.wait()
    assert "Sanitizer" not in gateway.log.read_text()


@pytest.fixture
def shop(gateway):
    client = gateway.client("shop")
    yield client
    client.close()


@pytest.fixture
def office(gateway):
    client = gateway.client("back-office")
    yield client
    client.close()
