"""What the tests of the whole program share: the binary and the corpora."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pangate():
    """The program under test; ctest names it in PANGATE."""
    path = Path(os.environ.get("PANGATE", "pangate")).resolve()
    if not os.access(path, os.X_OK):
        pytest.skip(f"no program at {path}; set PANGATE")
    return path


@pytest.fixture(scope="session")
def corpora():
    """The folder of test data that is not part of the tree."""
    folder = os.environ.get("PANGATE_CORPORA")
    if folder is None:
        pytest.skip("PANGATE_CORPORA is not set")
    return Path(folder)
