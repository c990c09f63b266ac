#include "gateway/alarm.h"

#include "base/log.h"
#include "base/must.h"
#include "service/canary.h"
#include "service/quarantine.h"

static void log_alarm(const struct caller *caller, const struct alarm *alarm)
{
    struct log_line line;

    log_begin(&line, LOG_WARN, "alarm");
    json_str(&line.json, "detail", alarm->detail);
    json_str(&line.json, "request_id", caller->request_id);
    json_str(&line.json, "client", caller->principal->name);
    json_str(&line.json, "tenant", caller->principal->tenant_name);
    json_str(&line.json, "address", caller->address);
    if (alarm->token != NULL)
        json_str(&line.json, "token_last4", token_last4(alarm->token));
    log_end(&line);
}

static void say(struct audit_entry *entry, const struct alarm *alarm)
{
    must(bytes_copy_text(bytes_str(alarm->detail), entry->detail, sizeof(entry->detail)));
    if (alarm->token != NULL)
        must(bytes_copy_text(token_bytes(alarm->token), entry->token, sizeof(entry->token)));
}

void alarm_raise(struct worker *worker, const struct caller *caller, const struct alarm *alarm)
{
    struct audit_entry entry;

    caller_entry(caller, AUDIT_ALARM, &entry);
    say(&entry, alarm);
    err_ignore(vault_note(worker->service.vault, &entry));
    counter_add(&worker->counters.alarms, 1);
    log_alarm(caller, alarm);
}

/* Nobody waits for it: what comes back is freed. */
static enum err submit(struct worker *worker, const struct audit_entry *entry)
{
    struct vault *vault = worker->service.vault;
    struct submission *submission = submission_new(vault, 1);
    enum err err;

    if (submission == NULL)
        return ERR_OVERLOADED;
    submission->reply_to = worker->outcomes;
    submission->items[0].kind = PROPOSE_QUARANTINE;
    submission->items[0].entry = *entry;
    (void)token_parse(bytes_str(entry->token), &submission->items[0].token);
    err = vault_submit(vault, submission);
    if (err != OK)
        submission_free(vault, submission);
    else
        worker->submissions_out++;
    return err;
}

void alarm_settle(struct worker *worker)
{
    struct audit_entry entry;

    while (quarantine_take_owed(worker->quarantine, &entry)) {
        if (submit(worker, &entry) == OK)
            continue;
        quarantine_owe(worker->quarantine, entry.client);
        return;
    }
}

static void on_canary(void *owner, const struct caller *caller, const struct token *token,
                      bool quarantines)
{
    const struct alarm alarm = { CANARY_USED, token };
    struct worker *worker = owner;
    struct audit_entry entry;

    alarm_raise(worker, caller, &alarm);
    counter_add(&worker->counters.canary_uses, 1);
    if (!quarantines)
        return;
    caller_entry(caller, AUDIT_QUARANTINE, &entry);
    say(&entry, &alarm);
    err_ignore(quarantine_add(worker->quarantine, &entry)); /* without memory: at its next use */
    alarm_settle(worker);
}

void alarm_watch_canaries(struct worker *worker)
{
    worker->service.canaries = (struct canary_watch){ on_canary, worker };
}
