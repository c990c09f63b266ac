#include "tls_scene.h"

#include <sys/stat.h>

#include "net/certificate_info.h"
#include "net/tls_server.h"

struct files {
    struct temp temp;
    struct temp_path certificate, key, ca;
};

static struct files files_new(void)
{
    struct files files = { .temp = temp_new() };

    make_certificates(&files.temp);
    files.certificate = temp_file(&files.temp, "server.pem");
    files.key = temp_file(&files.temp, "server.key");
    files.ca = temp_file(&files.temp, "ca.pem");
    return files;
}

static void files_done(struct files *files)
{
    temp_done(&files->temp);
}

static enum err build(const struct files *files, const char *crl, struct why *why)
{
    const struct tls_server_options options = { .certificate = files->certificate.text,
                                                .key = files->key.text,
                                                .client_ca = files->ca.text,
                                                .client_crl = crl };
    struct tls_server *server = NULL;
    const enum err err = tls_server_new(&options, NULL, why, &server);

    tls_server_release(server);
    return err;
}

static void good_files_make_a_server_without_a_due_list(void **state)
{
    struct files files AUTO(files_done) = files_new();
    struct why why = { 0 };

    (void)state;
    assert_err(OK, build(&files, NULL, &why));
    assert_string_equal("", why.text);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
    struct files files AUTO(files_done) = files_new();
    struct why why = { 0 };

    (void)state;
    assert_int_equal(0, chmod(files.key.text, 0640));
    assert_err(ERR_MODE, build(&files, NULL, &why));
    assert_non_null(strstr(why.text, "server.key"));
}

static void a_key_of_another_certificate_is_refused(void **state)
{
    struct files files AUTO(files_done) = files_new();
    struct why why = { 0 };

    (void)state;
    files.key = temp_file(&files.temp, "client.key");
    assert_err(ERR_CERTIFICATE, build(&files, NULL, &why));
    assert_non_null(strstr(why.text, "is not the key of"));
}

static void files_that_are_missing_or_empty_are_named(void **state)
{
    struct files files AUTO(files_done) = files_new();
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_NOT_FOUND, build(&files, temp_file(&files.temp, "no.crl").text, &why));
    assert_non_null(strstr(why.text, "no.crl"));
    why.text[0] = '\0';
    assert_err(ERR_CERTIFICATE, build(&files, files.ca.text, &why));
    why.text[0] = '\0';
    files.ca = files.key;
    assert_err(ERR_CERTIFICATE, build(&files, NULL, &why));
    assert_non_null(strstr(why.text, "holds no certificate"));
}

static void the_end_of_a_certificate_is_read_from_its_file(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const int64_t end_ms = INT64_C(4102444800000); /* 2100-01-01T00:00:00Z */
    const struct certificate_options options = { .kind = CERTIFICATE_CA,
                                                 .not_before_ms = clock_wall_ms(),
                                                 .not_after_ms = end_ms };
    int64_t read_ms;

    (void)state;
    certificate_free(make_certificate(&temp, "ca", options));
    assert_err(OK, certificate_not_after(temp_file(&temp, "ca.pem").text, &read_ms));
    assert_int_equal(end_ms, read_ms);
    assert_err(ERR_NOT_FOUND, certificate_not_after(temp_file(&temp, "no").text, &read_ms));
    assert_err(ERR_CERTIFICATE, certificate_not_after(temp_file(&temp, "ca.key").text, &read_ms));
}

static void a_made_key_is_private_and_never_overwritten(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct certificate *ca =
        make_certificate(&temp, "ca", (struct certificate_options){ .kind = CERTIFICATE_CA });
    struct stat status;

    (void)state;
    assert_int_equal(0, stat(temp_file(&temp, "ca.key").text, &status));
    assert_int_equal(0600, status.st_mode & 0777);
    assert_err(ERR_EXISTS, certificate_write_key(ca, temp_file(&temp, "ca.key").text));
    certificate_free(ca);
}

static void names_that_cannot_be_read_make_no_certificate(void **state)
{
    const struct certificate_options options = {
        .kind = CERTIFICATE_SERVER, .common_name = "x", .names = "no such kind", .not_after_ms = 1
    };
    struct certificate *certificate = NULL;

    (void)state;
    assert_err(ERR_CONFIG, certificate_make(&options, &certificate));
    assert_null(certificate);
}

/* What a ticket carries. */
static void facts_of_a_peer_read_back_as_they_were_written(void **state)
{
    struct peer peer = { .identity = "URI:urn:x", .not_before_ms = -1, .not_after_ms = 1 };
    struct peer got = { 0 };
    uint8_t storage[512];
    struct buf text;

    (void)state;
    memset(&peer.anchor, 7, sizeof(peer.anchor));
    for (peer.chain_count = 0; peer.chain_count <= PEER_CHAIN_MAX; peer.chain_count++) {
        memset(peer.chain, peer.chain_count, sizeof(peer.chain[0]) * peer.chain_count);
        buf_init_fixed(&text, storage, sizeof(storage));
        peer_write(&peer, &text);
        assert_err(OK, peer_read(buf_bytes(&text), &got));
        assert_string_equal(peer.identity, got.identity);
        assert_memory_equal(&peer.anchor, &got.anchor, sizeof(peer.anchor));
        assert_memory_equal(peer.chain, got.chain, sizeof(peer.chain[0]) * peer.chain_count);
        for (size_t cut = 0; cut < text.size; cut++)
            assert_err(ERR_CORRUPT, peer_read(bytes_of(text.data, cut), &got));
        buf_add_u8(&text, 0);
        assert_err(ERR_CORRUPT, peer_read(buf_bytes(&text), &got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_make_a_server_without_a_due_list),
        cmocka_unit_test(a_key_that_others_can_read_is_refused),
        cmocka_unit_test(a_key_of_another_certificate_is_refused),
        cmocka_unit_test(files_that_are_missing_or_empty_are_named),
        cmocka_unit_test(the_end_of_a_certificate_is_read_from_its_file),
        cmocka_unit_test(a_made_key_is_private_and_never_overwritten),
        cmocka_unit_test(names_that_cannot_be_read_make_no_certificate),
        cmocka_unit_test(facts_of_a_peer_read_back_as_they_were_written),
    };

    return cmocka_run_group_tests_name("net.tls_server", tests, NULL, NULL);
}
