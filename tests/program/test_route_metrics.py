"""Routes out of order and their metrics."""

import threading
import time

from forwarding import forward, processor, shop  # noqa: F401
from processor import response


def test_no_more_wait_than_may(gateway, shop, processor):
    before = gateway.config.read_text()
    route = f"url = https://127.0.0.1:{processor.port}/\nca = certs/processor-ca.pem\n"
    gateway.edit(
        lambda text: text.replace("workers = 0", "workers = 1")
        + "\n[route narrow]\n"
        + route
        + "private_addresses = yes\nconnections_max = 1\nqueue_max = 1\n"
    )
    gateway.restart()
    shop.close()
    processor.answer = lambda request: [0.7, response(200, {})]
    answers = []

    def go():
        answers.append(forward(gateway.client(), "x", body={}, route="narrow"))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 200, 503, 503]
    for answer in answers:
        if answer.status == 503:
            assert (answer.code, answer.headers["pangate-forwarded"]) == ("overloaded", "no")
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_a_processor_out_of_order_is_left_alone_for_a_while(gateway, shop, processor):
    before, processor.context = processor.context, None  # no handshake works
    gateway.restart()
    shop.close()
    try:
        for _ in range(12):
            assert forward(shop, body={}).code == "processor_unreachable"
        time.sleep(1.2)
        assert gateway.metric("upstream_circuit_openings_total", '{route="psp"}') >= 1
        assert gateway.metric("upstream_circuit_open", '{route="psp"}') >= 1
        assert gateway.metric("forwards_total", '{route="psp",forwarded="no"}') == 12
        hung_up = '{route="psp",result="hung_up"}'
        assert gateway.metric("upstream_handshakes_total", hung_up) >= 5
    finally:
        processor.context = before
    time.sleep(5)
    assert forward(shop, body={}).status == 200
    time.sleep(1.2)
    assert gateway.metric("upstream_circuit_open", '{route="psp"}') == 0
    assert gateway.metric("forwards_total", '{route="psp",forwarded="yes"}') == 1
