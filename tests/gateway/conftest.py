"""Modules that are best proven through the running program: the fixtures of the program tests."""

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
def processor(gateway):
    """A processor of the tests' own behind the route psp; it answers 200 unless it is told else.
    Behind the route dead there is nobody."""
    from gateway import free_port
    from processor import Processor

    processor = Processor(gateway.folder)
    more = (
        "answer_timeout = 1s\nfields = /card/number form:card[number]\n"
        f"\n[route dead]\nurl = https://127.0.0.1:{free_port()}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\n"
    )
    gateway.edit(lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}") + more)
    gateway.restart()
    yield processor
    processor.close()
