"""How long a vault of so many cards takes to start: measure_start.py PANGATE [CARDS [SECONDS]]

Not a test: filling takes minutes. After SECONDS it stops filling and measures what there is.
"""

import sys
import tempfile
import threading
import time

from cards import pans
from gateway import Gateway

BATCH, WRITERS, STARTS = 1000, 4, 5


def fill(gateway, cards, until):
    """Batches over a few connections; how many cards there are in the end."""
    serials, made = iter(range(cards // BATCH)), []
    lock = threading.Lock()

    def write():
        shop = gateway.client("shop")
        while time.monotonic() < until:
            with lock:
                serial = next(serials, None)
            if serial is None:
                return
            items = [{"card": {"number": n}} for n in pans(BATCH, prefix=f"4{serial:06d}")]
            while shop.call("POST", "/v1/tokenize/batch", {"items": items}).status == 503:
                time.sleep(0.2)
            made.append(BATCH)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return sum(made)


def start_ms(gateway):
    begun = time.monotonic()
    gateway.start()
    took = time.monotonic() - begun
    return round(took * 1000)


def main():
    binary, cards = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(binary, folder + "/play").start()
        print("cards:", fill(gateway, cards, time.monotonic() + seconds), flush=True)
        gateway.stop()
        for how, signal in (("after SIGTERM", 15), ("after SIGKILL", 9)):
            figures = []
            for _ in range(STARTS):
                figures.append(start_ms(gateway))
                gateway.client("shop").tokenize(pans(1)[0])
                gateway.stop(signal)
            print(f"start {how}, ms:", *sorted(figures), flush=True)


if __name__ == "__main__":
    main()
