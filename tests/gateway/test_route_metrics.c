#include "gateway/premises.h"

#include "gateway/route_metrics.h"

/* Two routes and two workers, and what they write. */
struct shown {
    struct config_route config[2];
    struct route list[2];
    struct routes routes;
    struct worker *second;
    struct buf body;
    const char *text;
};

static struct shown *shown_new(struct premises *premises)
{
    struct shown *shown = calloc(1, sizeof(*shown));

    assert_non_null(shown);
    shown->second = calloc(1, sizeof(*shown->second));
    assert_non_null(shown->second);
    (void)snprintf(shown->config[0].name, CONFIG_NAME_SIZE, "psp");
    (void)snprintf(shown->config[1].name, CONFIG_NAME_SIZE, "bank");
    for (size_t i = 0; i < 2; i++)
        shown->list[i] = (struct route){ .config = &shown->config[i], .place = i };
    shown->routes.count = 2;
    shown->routes.list = shown->list;
    premises->server.routes = &shown->routes;
    premises->server.workers[1] = shown->second;
    premises->server.worker_count = 2;
    return shown;
}

static void shown_write(struct premises *premises, struct shown *shown)
{
    buf_init(&shown->body, 65536);
    route_metrics_write(&premises->server, &shown->body);
    buf_add_u8(&shown->body, '\0');
    shown->text = (const char *)shown->body.data;
}

static void shown_free(struct premises *premises, struct shown *shown)
{
    premises->server.routes = &premises->no_routes;
    premises->server.worker_count = 1;
    buf_done(&shown->body);
    free(shown->second);
    free(shown);
}

static void assert_holds(const struct shown *shown, const char *line)
{
    if (strstr(shown->text, line) != NULL)
        return;
    print_error("\"%s\" is not in:\n%s\n", line, shown->text);
    fail();
}

static void workers_are_added_up_for_each_route(void **state)
{
    struct premises *premises = *state;
    struct shown *shown = shown_new(premises);
    struct route_counters *first = premises->booth->worker.counters.routes;
    struct route_counters *second = shown->second->counters.routes;

    counter_add(&first[0].sent, 3);
    counter_add(&second[0].sent, 4);
    counter_add(&second[1].unknown, 1);
    counter_add(&first[1].connections, 2);
    counter_add(&second[1].breaker_is_open, 1);
    shown_write(premises, shown);
    assert_holds(shown, "\npangate_forwards_total{route=\"psp\",forwarded=\"yes\"} 7\n");
    assert_holds(shown, "\npangate_forwards_total{route=\"psp\",forwarded=\"no\"} 0\n");
    assert_holds(shown, "\npangate_forwards_total{route=\"bank\",forwarded=\"unknown\"} 1\n");
    assert_holds(shown, "\npangate_upstream_connections{route=\"bank\"} 2\n");
    assert_holds(shown, "\npangate_upstream_circuit_open{route=\"bank\"} 1\n");
    assert_holds(shown, "\npangate_upstream_circuit_openings_total{route=\"psp\"} 0\n");
    shown_free(premises, shown);
}

static void handshakes_that_never_happened_are_left_out(void **state)
{
    struct premises *premises = *state;
    struct shown *shown = shown_new(premises);

    counter_add(&shown->second->counters.routes[1].handshakes[HANDSHAKE_UNTRUSTED], 2);
    shown_write(premises, shown);
    assert_holds(shown, "\npangate_upstream_handshakes_total{route=\"bank\","
                        "result=\"untrusted\"} 2\n");
    assert_null(strstr(shown->text, "result=\"ok\""));
    shown_free(premises, shown);
}

static void without_routes_there_are_no_samples(void **state)
{
    struct premises *premises = *state;
    struct buf body AUTO(buf_done) = { 0 };

    buf_init(&body, 65536);
    route_metrics_write(&premises->server, &body);
    buf_add_u8(&body, '\0');
    assert_null(strstr((const char *)body.data, "route="));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_are_added_up_for_each_route),
        cmocka_unit_test(handshakes_that_never_happened_are_left_out),
        cmocka_unit_test(without_routes_there_are_no_samples),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
