"""Commands are proven through the program: the fixtures of the program tests."""

import importlib.util
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent.parent / "program"
sys.path.insert(0, str(PROGRAM))

_spec = importlib.util.spec_from_file_location("program_conftest", PROGRAM / "conftest.py")
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)
globals().update({name: value for name, value in vars(_fixtures).items() if name[0] != "_"})


@_fixtures.pytest.fixture(scope="module")
def play(pangate, tmp_path_factory):
    """A playground that nobody serves, shared by a module."""
    return _fixtures.Gateway(pangate, tmp_path_factory.mktemp("play") / "play")
