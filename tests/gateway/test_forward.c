#include "gateway/booth.h"

#include "gateway/forward.h"
#include "net/loop.h"

enum { PIECES_MAX = 4096 };

/* A processor that nobody connects to: requests are put on their way by hand. */
struct road {
    struct booth *booth;
    struct config_route config;
    struct route route;
    struct outlet outlet;
    struct route_counters counters;
};

static struct road *road_new(struct booth *booth)
{
    struct road *road = calloc(1, sizeof(*road));

    assert_non_null(road);
    road->booth = booth;
    road->route.config = &road->config;
    (void)snprintf(road->config.name, sizeof(road->config.name), "psp");
    road->outlet = (struct outlet){ .outlets = &booth->worker.outlets,
                                    .route = &road->route,
                                    .in_force = true,
                                    .counters = &road->counters };
    assert_err(OK, loop_new(&booth->worker.loop));
    return road;
}

static void road_free(struct road **road)
{
    loop_free((*road)->booth->worker.loop);
    free(*road);
}

/* The request is with the processor, and its caller is gone. */
static void send_one(struct road *road, bool has_key)
{
    struct exchange *exchange =
        booth_request(road->booth, "shop", "GET / HTTP/1.1\r\nHost: h\r\n\r\n");

    road->outlet.users++;
    exchange->outlet = &road->outlet;
    exchange->forward = forward_new(exchange);
    assert_non_null(exchange->forward);
    exchange->forward->state = FORWARD_HEAD;
    exchange->forward->key.used = has_key;
    exchange->forward->may_have_left = true;
}

/* Take all that the vault hands out, large ones first. */
static size_t fill_pool(struct vault *vault, struct submission **pieces)
{
    size_t count = 0;

    for (size_t size = SUBMISSION_ITEMS_MAX; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        while (count < PIECES_MAX && (pieces[count] = submission_new(vault, size)) != NULL)
            count++;
    assert_true(count < PIECES_MAX);
    return count;
}

static void a_stop_is_orderly_though_the_vault_has_no_room_for_outcomes(void **state)
{
    struct road *road AUTO(road_free) = road_new(*state);
    struct worker *worker = &road->booth->worker;
    struct vault *vault = road->booth->world.vault;
    struct submission **pieces = calloc(PIECES_MAX, sizeof(*pieces));
    size_t count;

    assert_non_null(pieces);
    send_one(road, true);
    send_one(road, false);
    count = fill_pool(vault, pieces);
    forward_stop_all(worker);
    assert_int_equal(2, road->outlet.users);
    forward_give_up_all(worker);
    assert_int_equal(0, road->outlet.users);
    assert_true(list_is_empty(&worker->forwards));
    assert_int_equal(0, worker->submissions_out);
    while (count > 0)
        submission_free(vault, pieces[--count]);
    free(pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_is_orderly_though_the_vault_has_no_room_for_outcomes),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
