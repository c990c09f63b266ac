#include "test.h"

#include <openssl/evp.h>

#include "net/ticket_keys.h"

enum { SIZE = 16, HOUR_MS = TICKET_LIFE_S * 1000 };

struct ticket {
    unsigned char name[SIZE], iv[SIZE], text[2 * SIZE];
    int size;
};

struct scene {
    struct ticket_keys *keys;
    EVP_CIPHER_CTX *cipher;
    EVP_MAC *hmac;
    EVP_MAC_CTX *mac;
};

static int begin(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    assert_err(OK, ticket_keys_new(&scene->keys));
    scene->cipher = EVP_CIPHER_CTX_new();
    scene->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    scene->mac = EVP_MAC_CTX_new(scene->hmac);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;

    ticket_keys_free(scene->keys);
    EVP_CIPHER_CTX_free(scene->cipher);
    EVP_MAC_CTX_free(scene->mac);
    EVP_MAC_free(scene->hmac);
    free(scene);
    return 0;
}

static struct ticket_seal seal_of(const struct scene *scene, struct ticket *ticket)
{
    return (struct ticket_seal){ ticket->name, ticket->iv, scene->cipher, scene->mac };
}

static struct ticket make_ticket(const struct scene *scene, int64_t now_ms)
{
    struct ticket ticket = { 0 };
    const struct ticket_seal seal = seal_of(scene, &ticket);

    assert_err(OK, ticket_keys_seal(scene->keys, &seal, now_ms));
    assert_int_equal(1, EVP_EncryptUpdate(scene->cipher, ticket.text, &ticket.size,
                                          (const unsigned char *)"sixteen letters.", SIZE));
    assert_int_equal(SIZE, ticket.size);
    return ticket;
}

static enum err open_ticket(const struct scene *scene, struct ticket *ticket, int64_t now_ms,
                            bool *ret_renew)
{
    const struct ticket_seal seal = seal_of(scene, ticket);
    unsigned char text[2 * SIZE];
    int size;

    TRY(ticket_keys_open(scene->keys, &seal, now_ms, ret_renew));
    assert_int_equal(1, EVP_CIPHER_CTX_set_padding(scene->cipher, 0));
    assert_int_equal(1, EVP_DecryptUpdate(scene->cipher, text, &size, ticket->text, ticket->size));
    assert_int_equal(SIZE, size);
    assert_memory_equal("sixteen letters.", text, SIZE);
    return OK;
}

static void a_ticket_opens_for_an_hour_and_is_renewed_in_the_next(void **state)
{
    const struct scene *scene = *state;
    struct ticket ticket = make_ticket(scene, 1000);
    bool renew = true;

    assert_err(OK, open_ticket(scene, &ticket, 1000 + HOUR_MS - 1, &renew));
    assert_false(renew);
    assert_err(OK, open_ticket(scene, &ticket, 1000 + HOUR_MS, &renew));
    assert_true(renew);
}

static void a_key_is_gone_after_its_second_hour(void **state)
{
    const struct scene *scene = *state;
    struct ticket ticket = make_ticket(scene, 1000);
    struct ticket later;
    bool renew;

    later = make_ticket(scene, 1000 + HOUR_MS);
    assert_memory_not_equal(ticket.name, later.name, SIZE);
    assert_err(OK, open_ticket(scene, &ticket, 1000 + HOUR_MS, &renew));
    (void)make_ticket(scene, 1000 + 2 * HOUR_MS);
    assert_err(ERR_NOT_FOUND, open_ticket(scene, &ticket, 1000 + 2 * HOUR_MS, &renew));
    assert_err(OK, open_ticket(scene, &later, 1000 + 2 * HOUR_MS, &renew));
}

static void a_long_silence_leaves_no_key_behind(void **state)
{
    const struct scene *scene = *state;
    struct ticket ticket = make_ticket(scene, 1000);
    bool renew;

    assert_err(ERR_NOT_FOUND, open_ticket(scene, &ticket, 1000 + 2 * HOUR_MS, &renew));
}

static void two_tickets_never_share_an_iv(void **state)
{
    const struct scene *scene = *state;
    struct ticket a = make_ticket(scene, 1000), b = make_ticket(scene, 1000);

    assert_memory_equal(a.name, b.name, SIZE);
    assert_memory_not_equal(a.iv, b.iv, SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_ticket_opens_for_an_hour_and_is_renewed_in_the_next,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_key_is_gone_after_its_second_hour, begin, end),
        cmocka_unit_test_setup_teardown(a_long_silence_leaves_no_key_behind, begin, end),
        cmocka_unit_test_setup_teardown(two_tickets_never_share_an_iv, begin, end),
    };

    return cmocka_run_group_tests_name("net.ticket_keys", tests, NULL, NULL);
}
