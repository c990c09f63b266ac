"""A receiver that others wrote: rsyslog with GnuTLS. Skipped where it is not installed.

PANGATE_RSYSLOG names the folder that Debian's packages are unpacked in, if it is not the root.
"""

import os
import subprocess
from pathlib import Path

import pytest

from gateway import free_port
from receivers import has_all, lines_of, play, sink, wait_for

__all__ = ["play"]

ROOT = Path(os.environ.get("PANGATE_RSYSLOG", "/"))
LIBRARIES = ROOT / "usr/lib/x86_64-linux-gnu"

CONFIG = """
global(workDirectory="{folder}" defaultNetstreamDriver="gtls" maxMessageSize="64k"
       defaultNetstreamDriverCAFile="{certs}/ca.pem"
       defaultNetstreamDriverCertFile="{certs}/processor.pem"
       defaultNetstreamDriverKeyFile="{certs}/processor.key")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="object" type="string" string="%msg%\\n")
template(name="head" type="string" string="%syslogfacility-text% %app-name% %msgid%\\n")
input(type="imtcp" port="{port}" ruleset="pangate")
ruleset(name="pangate") {{
    action(type="omfile" file="{folder}/objects" template="object")
    action(type="omfile" file="{folder}/heads" template="head")
    action(type="omfile" file="{folder}/plain" template="RSYSLOG_TraditionalFileFormat")
}}
"""


@pytest.fixture
def rsyslog(play, tmp_path):
    if not (LIBRARIES / "rsyslog/lmnsd_gtls.so").exists():
        pytest.skip("rsyslog with rsyslog-gnutls is not installed")
    folder, port = tmp_path / "rsyslog", free_port()
    folder.mkdir()
    config = folder / "rsyslog.conf"
    config.write_text(CONFIG.format(folder=folder, certs=play.folder / "certs", port=port))
    process = subprocess.Popen(
        [ROOT / "usr/sbin/rsyslogd", "-n", "-f", config, "-i", folder / "pid"],
        env={"LD_LIBRARY_PATH": str(LIBRARIES), "RSYSLOG_MODDIR": str(LIBRARIES / "rsyslog")},
    )
    play.edit(lambda text: text + sink("siem", f"syslog://localhost:{port}"))
    yield folder
    process.terminate()
    process.wait(timeout=20)


def test_rsyslog_gets_everything_and_a_checkpoint_it_kept_is_a_witness(play, rsyslog):
    play.start()
    for _ in range(20):
        assert play.client("shop").tokenize("4111111111111111").status in (200, 201)
    wait_for(lambda: has_all(play, lambda: lines_of(rsyslog / "objects")))
    assert '"failing":false' in play.command("status", "--json").stdout
    play.stop()
    heads = set((rsyslog / "heads").read_text().split("\n"))
    # Facility 13 has no agreed name.
    assert {head.split(" ", 1)[1] for head in heads if head} >= {"pangate tokenize", "pangate stop"}
    for name in "objects", "plain":
        assert play.command("audit verify", "--against", str(rsyslog / name)).returncode == 0
