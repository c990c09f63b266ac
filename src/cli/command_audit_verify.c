#include <stdio.h>

#include "audit/verify.h"
#include "base/encode.h"
#include "cli/audit_access.h"
#include "cli/command_audit.h"
#include "cli/config_argument.h"
#include "cli/kept_checkpoint.h"
#include "gateway/server_parts.h"
#include "vault/peek.h"

struct arguments {
    const char *path;
    const char *against;
    bool with_vault;
};

static const struct argp_option verify_options[] = {
    { "config", 'c', "FILE", 0, "the configuration", 0 },
    { "against", 'a', "CHECKPOINT", 0,
      "a checkpoint that was kept, or a file of a sink's lines: the log must begin with it", 0 },
    { "vault", 'v', NULL, 0, "hold every record in the vault against the entry that wrote it", 0 },
    { 0 },
};

static error_t on_argument(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c': arguments->path = text; return 0;
    case 'a': arguments->against = text; return 0;
    case 'v': arguments->with_vault = true; return 0;
    case ARGP_KEY_END:
        if (arguments->path == NULL)
            argp_error(state, "-c FILE is missing");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* What the log is held against, besides itself. */
struct witnesses {
    struct audit_access access;
    struct audit_checkpoint saved; /* the log's own last one */
    struct merkle_head older;      /* one that was kept */
    struct vault_peek *peek;
    struct last_writes *writes; /* NULL: the vault's records are not asked about */
};

static void witnesses_done(struct witnesses *witnesses)
{
    last_writes_free(witnesses->writes);
    vault_peek_free(witnesses->peek);
    audit_access_done(&witnesses->access);
}

static enum err read_older(const char *path, struct witnesses *witnesses, struct why *why)
{
    enum err err = kept_checkpoint_read(path, &witnesses->access.verifier, &witnesses->older);

    if (err == ERR_FORGED)
        return why_say(why, err, "%s: was not signed by this log's key", path);
    return err == OK ? OK : why_say(why, err, "%s: %s", path, err_text(err));
}

/* The vault commits nothing that its log's checkpoint does not cover. */
static enum err check_saved(const struct witnesses *witnesses, struct why *why)
{
    const struct audit_access *access = &witnesses->access;
    uint64_t least = vault_peek_edge(witnesses->peek)->size;
    struct audit_checkpoint now;

    TRY(audit_checkpoint_load(access->folder, &access->verifier, &now, why));
    return now.head.size >= least
               ? OK
               : why_say(why, ERR_ROLLED_BACK,
                         "%s/checkpoint: covers %llu entries, the vault has %llu: an older copy "
                         "was put in its place",
                         access->folder, (unsigned long long)now.head.size,
                         (unsigned long long)least);
}

/* The checkpoint first: what it covers has to be in the vault that is looked at afterwards. */
static enum err call_witnesses(const struct arguments *arguments, struct witnesses *witnesses,
                               struct why *why)
{
    struct audit_access *access = &witnesses->access;
    struct vault_options options;
    enum err err;

    TRY(audit_access_begin(arguments->path, access, why));
    if (arguments->against != NULL)
        TRY(read_older(arguments->against, witnesses, why));
    if (arguments->with_vault)
        TRY(last_writes_new(&witnesses->writes));
    TRY(audit_checkpoint_load(access->folder, &access->verifier, &witnesses->saved, why));
    err = audit_access_follow(access, why);
    if (err != OK && err != ERR_CLOSED)
        return err;
    options = vault_options_of(access->config, access->keyring);
    TRY(vault_peek_open(&options, err == OK, &witnesses->peek, why));
    return check_saved(witnesses, why);
}

/* The vault holds what was applied: what stands in the journal changed nothing yet. */
static enum err take_entry(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct witnesses *witnesses = with;

    return number < vault_peek_edge(witnesses->peek)->size
               ? last_writes_take(witnesses->writes, number, entry)
               : OK;
}

static struct audit_claims claims_of(const struct arguments *arguments, struct witnesses *witnesses,
                                     struct why *why)
{
    struct audit_archive archive = audit_access_archive(&witnesses->access, why);
    struct audit_claims claims = { .edge = *vault_peek_edge(witnesses->peek),
                                   .tail = vault_peek_tail(witnesses->peek),
                                   .saved = &witnesses->saved.head,
                                   .progress = audit_progress_shown() };

    if (arguments->against != NULL)
        claims.older = &witnesses->older;
    if (witnesses->writes != NULL)
        claims.sink = (struct audit_sink){ take_entry, witnesses };
    archive.why = NULL; /* an entry file that should be there is named by the verification */
    if (audit_archive_first(&archive, claims.edge.size, &claims.entries_from) != OK)
        claims.entries_from = 0;
    return claims;
}

static void print_place(const struct audit_verdict *verdict)
{
    if (verdict->has_place)
        (void)fprintf(stderr, "pangate: the first bad entry is %llu%s%s\n",
                      (unsigned long long)verdict->number, verdict->file[0] == '\0' ? "" : ", in ",
                      verdict->file);
}

static void print_good(const struct audit_verdict *verdict)
{
    struct buf root;
    uint8_t storage[80];

    buf_init_fixed(&root, storage, sizeof(storage));
    encode_base64(bytes_of(verdict->root.bytes, sizeof(verdict->root.bytes)), &root);
    (void)printf("%llu entries are whole and unchanged; the root is %.*s\n",
                 (unsigned long long)verdict->entries, (int)root.size, (const char *)root.data);
}

static enum err check_records(struct witnesses *witnesses, uint64_t entries_from, struct why *why)
{
    struct audit_access *access = &witnesses->access;
    struct peek_records records = { .writes = witnesses->writes, .entries_from = entries_from };

    if (witnesses->writes == NULL)
        return OK;
    TRY(audit_reader_new(&access->options, &access->reader));
    TRY(vault_peek_records(witnesses->peek, access->reader, &records, why));
    (void)printf("%llu records are what the log says was written last\n",
                 (unsigned long long)records.right);
    if (records.unproved > 0)
        (void)printf("%llu records are older than the entries that are still there\n",
                     (unsigned long long)records.unproved);
    return OK;
}

static enum err verify(const struct arguments *arguments, struct why *why)
{
    struct witnesses witnesses AUTO(witnesses_done) = { 0 };
    struct audit_verdict verdict = { 0 };
    struct audit_claims claims;
    enum err err;

    TRY(call_witnesses(arguments, &witnesses, why));
    claims = claims_of(arguments, &witnesses, why);
    err = audit_verify(&witnesses.access.options, &claims, &verdict);
    audit_progress_end();
    if (err != OK) {
        print_place(&verdict);
        return err;
    }
    print_good(&verdict);
    return check_records(&witnesses, claims.entries_from, why);
}

static int run(int argc, char **argv)
{
    struct arguments arguments = { 0 };
    const struct argp parser = {
        .options = verify_options,
        .parser = on_argument,
        .doc = "Is the whole log what vault, journal and checkpoints remember?\v"
               "Exits with 1 if not, and names the first bad entry and its file. Only a checkpoint "
               "kept somewhere else shows that everything was replaced by an older copy.",
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    err = verify(&arguments, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command audit_verify_command = { "verify", "is the log whole and unchanged?", run };
