#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/json_writer.h"
#include "cli/audit_access.h"
#include "cli/command_canary.h"
#include "cli/config_argument.h"
#include "service/canary.h"

struct canary_row {
    char tenant[AUDIT_NAME_SIZE], token[AUDIT_TOKEN_SIZE];
    int64_t added_ms, used_ms;
    uint64_t uses;
    bool quarantines, is_gone;
};

struct canary_rows {
    struct canary_row *list;
    size_t count, room;
};

static void rows_done(struct canary_rows *rows)
{
    free(rows->list);
}

static struct canary_row *rows_find(const struct canary_rows *rows, const struct audit_entry *entry)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->list[i].token, entry->token) == 0 &&
            strcmp(rows->list[i].tenant, entry->tenant) == 0)
            return &rows->list[i];
    }
    return NULL;
}

static enum err rows_add(struct canary_rows *rows, const struct audit_entry *entry)
{
    struct canary_row row = { .added_ms = entry->time_ms };

    if (rows->count == rows->room) {
        size_t room = rows->room == 0 ? 16 : 2 * rows->room;
        struct canary_row *list = reallocarray(rows->list, room, sizeof(*list));
        if (list == NULL)
            return ERR_MEMORY;
        rows->list = list;
        rows->room = room;
    }
    memcpy(row.tenant, entry->tenant, sizeof(row.tenant));
    memcpy(row.token, entry->token, sizeof(row.token));
    row.quarantines = strcmp(entry->detail, CANARY_ADDED_HARD) == 0;
    rows->list[rows->count++] = row;
    return OK;
}

static enum err take_entry(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct canary_rows *rows = with;
    struct canary_row *row;

    (void)number;
    if (entry->outcome != AUDIT_OK)
        return OK;
    if (entry->kind == AUDIT_CANARY)
        return rows_add(rows, entry);
    row = rows_find(rows, entry);
    if (row == NULL)
        return OK;
    if (strcmp(entry->detail, AUDIT_CODE_DESTROYED) == 0)
        return OK;
    if (entry->kind == AUDIT_ERASE) {
        row->is_gone = true;
    } else {
        row->uses++;
        row->used_ms = entry->time_ms;
    }
    return OK;
}

static void write_time(struct json_writer *json, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT_SIZE];

    instant_write(ms, text);
    if (ms != 0)
        json_str(json, name, text);
}

static void print_row(const struct canary_row *row)
{
    uint8_t storage[512];
    struct json_writer json;
    struct buf line;

    buf_init_fixed(&line, storage, sizeof(storage));
    json = json_writer_on(&line);
    json_open(&json, NULL, '{');
    json_str(&json, "token", row->token);
    json_str(&json, "tenant", row->tenant);
    json_bool(&json, "quarantine", row->quarantines);
    write_time(&json, "added_at", row->added_ms);
    json_number(&json, "uses", (int64_t)row->uses);
    write_time(&json, "used_at", row->used_ms);
    json_close(&json, '}');
    (void)printf("%.*s\n", (int)line.size, (const char *)line.data);
}

static enum err print_canaries(const char *path, struct why *why)
{
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct canary_rows rows AUTO(rows_done) = { 0 };
    const struct audit_sink sink = { take_entry, &rows };
    struct audit_question question = { .progress = audit_progress_shown() };

    TRY(audit_access_open(path, &access, why));
    question.from = access.from;
    question.until = access.until;
    audit_filter_add_kind(&question.filter, AUDIT_CANARY);
    audit_filter_add_kind(&question.filter, AUDIT_ERASE);
    audit_filter_add_kind(&question.filter, AUDIT_ALARM);
    TRY(audit_ask(access.reader, &question, &sink));
    audit_progress_end();
    for (size_t i = 0; i < rows.count; i++) {
        if (!rows.list[i].is_gone)
            print_row(&rows.list[i]);
    }
    return OK;
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    const struct argp_child children[] = { { &config_argument, 0, NULL, 0 }, { 0 } };
    const struct argp parser = {
        .doc = "Print the canaries there are and how often each was used, one JSON object a line."
               "\vThe audit log is asked: nothing else says which tokens are canaries.",
        .children = children,
    };
    struct why why = { 0 };
    enum err err;

    (void)argp_parse(&parser, argc, argv, 0, NULL, &path);
    err = print_canaries(path, &why);
    return err == OK ? EXIT_DONE : say_why(err, &why);
}

const struct command canary_list_command = { "list", "print the canaries and their uses", run };
