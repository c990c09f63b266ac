/*
 * A worker without its thread and its sockets, at a vault of its own: requests are handed over as
 * text, and what becomes of them is looked at.
 */
#ifndef PANGATE_TESTS_GATEWAY_BOOTH_H
#define PANGATE_TESTS_GATEWAY_BOOTH_H

#include "gateway/admission.h"
#include "gateway/endpoint_table.h"
#include "service/quarantine.h"
#include "vault/world.h"

enum { BOOTH_MEMORY_MAX = 16 * 1024 * 1024 };

struct booth {
    struct world world;
    struct config config;
    struct config_tenant tenant;
    struct config_client clients[2]; /* shop may everything, clerk nothing */
    struct shared_clients *shared;
    struct memory memory;
    struct worker worker;
};

static inline void booth_client(struct config_client *client, const char *name, unsigned rights)
{
    client->rights = rights;
    client->memory_max = BOOTH_MEMORY_MAX / 2;
    (void)snprintf(client->name, sizeof(client->name), "%s", name);
    (void)snprintf(client->tenant, sizeof(client->tenant), "shop");
    (void)snprintf(client->identity, sizeof(client->identity), "URI:urn:test:%s", name);
}

static inline void booth_configure(struct booth *booth)
{
    struct why why = { 0 };

    (void)snprintf(booth->tenant.name, sizeof(booth->tenant.name), "shop");
    booth->tenant.idempotency_keep_ms = 24 * 3600 * INT64_C(1000);
    booth_client(&booth->clients[0], "shop", 0xFF);
    booth_client(&booth->clients[1], "clerk", RIGHT_NONE);
    booth->config.tenant_count = 1;
    booth->config.tenants = &booth->tenant;
    booth->config.client_count = 2;
    booth->config.clients = booth->clients;
    assert_err(OK, shared_clients_new(&booth->config, booth->world.keyring, &why, &booth->shared));
}

static inline void booth_staff(struct booth *booth)
{
    struct worker *worker = &booth->worker;

    worker->generation = 1;
    worker->memory = &booth->memory;
    memory_init(&booth->memory, BOOTH_MEMORY_MAX);
    worker->config = &booth->config;
    outlets_init(&worker->outlets, NULL, NULL, &worker->counters);
    worker->directory = directory_new(booth->shared);
    assert_non_null(worker->directory);
    assert_err(OK, mailbox_new(0, &worker->outcomes));
    assert_err(OK, service_worker_init(booth->world.vault, booth->world.keyring, &worker->service));
    assert_err(OK, quarantine_new(&worker->quarantine));
    list_init(&worker->exchanges);
    list_init(&worker->forwards);
    buf_init(&worker->log_lines, 64 * 1024);
    http_date_set(&worker->date, clock_wall_ms());
}

/* For cmocka: one booth for all tests of a file. */
static inline int booth_setup(void **state)
{
    struct booth *booth = calloc(1, sizeof(*booth));

    assert_non_null(booth);
    world_init(&booth->world);
    booth_configure(booth);
    booth_staff(booth);
    *state = booth;
    return 0;
}

static inline int booth_teardown(void **state)
{
    struct booth *booth = *state;
    struct worker *worker = &booth->worker;

    for (struct list *node = list_take_first(&worker->exchanges); node != NULL;
         node = list_take_first(&worker->exchanges))
        exchange_free(list_item(node, struct exchange, node));
    buf_done(&worker->log_lines);
    service_worker_done(&worker->service);
    directory_release(worker->directory);
    mailbox_free(worker->outcomes);
    quarantine_free(worker->quarantine);
    shared_clients_release(booth->shared);
    world_done(&booth->world);
    free(booth);
    return 0;
}

/* A request whose head was read; its body, if any, is put into exchange->body by hand. */
static inline struct exchange *booth_request(struct booth *booth, const char *client,
                                             const char *head)
{
    struct exchange *exchange = exchange_take(&booth->worker);
    char identity[128];

    assert_non_null(exchange);
    (void)snprintf(identity, sizeof(identity), "URI:urn:test:%s", client);
    exchange->caller.principal = clients_find(shared_clients_table(booth->shared), identity);
    exchange->caller.address = "192.0.2.7";
    buf_add_str(&exchange->head_text, head);
    http_head_start(&exchange->head, HTTP_HEAD_SIZE_MAX);
    assert_int_equal(HTTP_DONE, http_head_read(&exchange->head, exchange_head(exchange)));
    return exchange;
}

/* A submission that is out is back. */
static inline void booth_await(struct booth *booth, struct exchange *exchange)
{
    struct list back;

    list_init(&back);
    while (list_is_empty(&back)) {
        mailbox_wait(booth->worker.outcomes, -1);
        mailbox_take(booth->worker.outcomes, &back);
    }
    assert_ptr_equal(&exchange->submission->node, list_take_first(&back));
    exchange->submission_is_out = false;
    booth->worker.submissions_out--;
}

enum { BOOTH_BODY_MAX = 1 << 20 };

/* Serve a request as a session does, up to its answer. */
static inline struct exchange *booth_call(struct booth *booth, const char *client, const char *head,
                                          const char *body)
{
    struct exchange *exchange = booth_request(booth, client, head);
    const struct handler *handler;
    bool finishing = false;

    buf_add_str(&exchange->body, body);
    assert_err(OK, admission_judge(exchange, BOOTH_BODY_MAX));
    handler = exchange->endpoint->handler;
    for (;;) {
        enum serve step = finishing ? handler->finish(exchange) : handler->begin(exchange);
        if (step == SERVE_ANSWER)
            return exchange;
        if (step == SERVE_SLICE)
            continue;
        booth_await(booth, exchange);
        finishing = true;
    }
}

/* The body of the answer, as text. */
static inline const char *booth_text(struct exchange *exchange)
{
    buf_add_u8(&exchange->answer.body, '\0');
    buf_cut(&exchange->answer.body, exchange->answer.body.size - 1);
    return (const char *)exchange->answer.body.data;
}

/* Whether the body of the answer holds this part; says so if not. */
static inline bool booth_says(struct exchange *exchange, const char *part)
{
    if (strstr(booth_text(exchange), part) != NULL)
        return true;
    print_error("\"%s\" is not in: %s\n", part, booth_text(exchange));
    return false;
}

/* The answer has this status, and this part in its body. */
#define assert_answers(expected, part, exchange)                                                   \
    do {                                                                                           \
        assert_int_equal(expected, (exchange)->answer.status);                                     \
        assert_true(booth_says(exchange, part));                                                   \
    } while (0)

/* The answer is this error, and blames this field (NULL: none). */
#define assert_refuses(expected, blamed, exchange)                                                 \
    do {                                                                                           \
        const char *blamed_ = (blamed), *got_blamed_ = (exchange)->answer.field;                   \
        assert_err(expected, (exchange)->answer.err);                                              \
        assert_string_equal(blamed_ == NULL ? "" : blamed_,                                        \
                            got_blamed_ == NULL ? "" : got_blamed_);                               \
    } while (0)

struct booth_value {
    char text[64];
};

/* The text member of this name in the answer. */
static inline struct booth_value booth_member(struct exchange *exchange, const char *name)
{
    struct booth_value value = { 0 };
    char pattern[64];
    const char *at;

    (void)snprintf(pattern, sizeof(pattern), "\"%s\":\"", name);
    at = strstr(booth_text(exchange), pattern);
    assert_non_null(at);
    at += strlen(pattern);
    (void)snprintf(value.text, sizeof(value.text), "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

#define BOOTH_JSON " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
#define BOOTH_END  "Content-Length: 1\r\n\r\n" /* the body itself comes by hand */

/* A token of the shop's for a card. */
static inline struct booth_value booth_token(struct booth *booth, const char *number)
{
    struct exchange *exchange;
    struct booth_value token;
    char body[128];

    (void)snprintf(body, sizeof(body), "{\"card\":{\"number\":\"%s\"}}", number);
    exchange = booth_call(booth, "shop", "POST /v1/tokenize" BOOTH_JSON BOOTH_END, body);
    token = booth_member(exchange, "token");
    exchange_give_back(exchange);
    return token;
}

#endif
