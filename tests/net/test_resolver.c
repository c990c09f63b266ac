/*
 * getaddrinfo() answers what it is told to: the linker hands it over. No name server is asked.
 */
#include "test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

#include "base/mailbox.h"
#include "net/resolver.h"

/* What the system's resolver would say. */
struct name_server {
    pthread_mutex_t busy; /* held by a test: the answer has to wait */
    int result;
    const char *addresses[12];
};

static struct name_server *name_server(void)
{
    static struct name_server server = { .busy = PTHREAD_MUTEX_INITIALIZER };

    return &server;
}

static struct addrinfo *found_of(const char *text, const char *port, struct addrinfo *next)
{
    struct addrinfo *found = calloc(1, sizeof(*found) + sizeof(struct sockaddr_in6));
    struct endpoint endpoint;
    char full[80];

    assert_non_null(found);
    if (strchr(text, ':') == NULL)
        (void)snprintf(full, sizeof(full), "%s:%s", text, port);
    else
        (void)snprintf(full, sizeof(full), "[%s]:%s", text, port);
    assert_err(OK, endpoint_parse(full, &endpoint));
    found->ai_family = endpoint.address.ss_family;
    found->ai_addrlen = endpoint.size;
    found->ai_addr = (struct sockaddr *)(found + 1);
    found->ai_next = next;
    memcpy(found->ai_addr, &endpoint.address, endpoint.size);
    return found;
}

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret_found);
void __wrap_freeaddrinfo(struct addrinfo *found);

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **ret_found)
{
    struct name_server *server = name_server();
    size_t count = 0;

    (void)host;
    (void)hints;
    assert_int_equal(0, pthread_mutex_lock(&server->busy));
    while (server->addresses[count] != NULL)
        count++;
    *ret_found = NULL;
    while (server->result == 0 && count > 0)
        *ret_found = found_of(server->addresses[--count], port, *ret_found);
    assert_int_equal(0, pthread_mutex_unlock(&server->busy));
    return server->result;
}

void __wrap_freeaddrinfo(struct addrinfo *found)
{
    while (found != NULL) {
        struct addrinfo *next = found->ai_next;
        free(found);
        found = next;
    }
}

/* A resolver and where its answers go. */
struct desk {
    struct resolver *resolver;
    struct mailbox *answers;
};

static int desk_setup(void **state)
{
    struct desk *desk = calloc(1, sizeof(*desk));

    assert_non_null(desk);
    assert_err(OK, mailbox_new(0, &desk->answers));
    assert_err(OK, resolver_new(&desk->resolver));
    *state = desk;
    return 0;
}

static int desk_teardown(void **state)
{
    struct desk *desk = *state;

    resolver_free(desk->resolver);
    resolver_free(NULL);
    mailbox_free(desk->answers);
    free(desk);
    return 0;
}

static struct resolver_question *ask(struct desk *desk)
{
    struct resolver_question *question = calloc(1, sizeof(*question));

    assert_non_null(question);
    (void)snprintf(question->host, sizeof(question->host), "psp.example");
    question->port = 443;
    question->answers = desk->answers;
    resolver_ask(desk->resolver, question);
    return question;
}

static void await(struct desk *desk, struct resolver_question *question)
{
    struct list back;

    list_init(&back);
    while (list_is_empty(&back)) {
        mailbox_wait(desk->answers, -1);
        mailbox_take(desk->answers, &back);
    }
    assert_ptr_equal(&question->node, list_take_first(&back));
}

static struct resolver_question *answer_of(void **state, int result, const char *const *addresses)
{
    struct name_server *server = name_server();
    struct resolver_question *question;
    size_t i;

    server->result = result;
    for (i = 0; addresses[i] != NULL; i++)
        server->addresses[i] = addresses[i];
    server->addresses[i] = NULL;
    question = ask(*state);
    await(*state, question);
    return question;
}

/* RFC 8305, section 4 */
static void families_take_turns(void **state)
{
    static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1",
                                             NULL };
    static const char *const expected[] = { "[2001:db8::1]:443", "192.0.2.1:443", "192.0.2.2:443",
                                            "192.0.2.3:443" };
    struct resolver_question *question = answer_of(state, 0, addresses);
    char text[ENDPOINT_TEXT_SIZE];

    assert_err(OK, question->err);
    assert_int_equal(4, question->count);
    for (size_t i = 0; i < 4; i++) {
        endpoint_write(&question->addresses[i], text);
        assert_string_equal(expected[i], text);
    }
    free(question);
}

static void more_addresses_than_there_is_room_for_are_left_out(void **state)
{
    static const char *const addresses[] = { "192.0.2.1", "192.0.2.2",   "192.0.2.3", "192.0.2.4",
                                             "192.0.2.5", "192.0.2.6",   "192.0.2.7", "192.0.2.8",
                                             "192.0.2.9", "2001:db8::1", NULL };
    struct resolver_question *question = answer_of(state, 0, addresses);

    assert_int_equal(RESOLVER_ADDRESSES_MAX, question->count);
    assert_int_equal(AF_INET6, question->addresses[0].address.ss_family);
    free(question);
}

static void no_name_and_no_answer_are_told_apart(void **state)
{
    static const char *const none[] = { NULL };
    struct resolver_question *unknown = answer_of(state, EAI_NONAME, none);
    struct resolver_question *silent = answer_of(state, EAI_AGAIN, none);
    struct resolver_question *empty = answer_of(state, 0, none);

    assert_err(ERR_NOT_FOUND, unknown->err);
    assert_err(ERR_UNREACHABLE, silent->err);
    assert_err(ERR_NOT_FOUND, empty->err);
    free(unknown);
    free(silent);
    free(empty);
}

static void a_question_may_be_given_up_before_it_is_answered(void **state)
{
    static const char *const one[] = { "192.0.2.1", NULL };
    struct desk *desk = *state;
    struct resolver_question *first, *second, *third;

    assert_int_equal(0, pthread_mutex_lock(&name_server()->busy));
    first = ask(desk);
    second = ask(desk);
    assert_true(resolver_give_up(desk->resolver, first)); /* being looked up, or next */
    assert_true(resolver_give_up(desk->resolver, second));
    assert_int_equal(0, pthread_mutex_unlock(&name_server()->busy));
    third = answer_of(state, 0, one); /* the only one that comes back */
    assert_false(resolver_give_up(desk->resolver, third));
    free(third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families_take_turns),
        cmocka_unit_test(more_addresses_than_there_is_room_for_are_left_out),
        cmocka_unit_test(no_name_and_no_answer_are_told_apart),
        cmocka_unit_test(a_question_may_be_given_up_before_it_is_answered),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
