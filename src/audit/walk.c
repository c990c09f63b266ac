#include "audit/walk.h"

#include <string.h>

#include "base/must.h"

void walk_expect(struct walk *walk, const char *name, const struct merkle_head *head)
{
    must(walk->mark_count < WALK_MARKS_MAX && head->size >= walk->edge.size);
    walk->marks[walk->mark_count++] = (struct walk_mark){ name, *head };
}

static enum err mark_check(struct walk *walk, const struct walk_mark *mark, struct why *why)
{
    struct merkle_hash root;

    merkle_edge_root(walk->hash, &walk->edge, &root);
    if (memcmp(root.bytes, mark->head.root.bytes, sizeof(root.bytes)) == 0)
        return OK;
    return why_say(why, ERR_FORGED,
                   "entries %llu to %llu: %s knows another log; the one in the files was written "
                   "anew",
                   (unsigned long long)walk->agreed,
                   (unsigned long long)(mark->head.size == 0 ? 0 : mark->head.size - 1),
                   mark->name);
}

enum err walk_check(struct walk *walk, struct why *why)
{
    bool agreed = false;

    for (unsigned i = 0; i < walk->mark_count; i++) {
        if (walk->marks[i].head.size != walk->edge.size)
            continue;
        TRY(mark_check(walk, &walk->marks[i], why));
        agreed = true;
    }
    if (agreed)
        walk->agreed = walk->edge.size;
    return OK;
}

enum err walk_step(struct walk *walk, const struct merkle_hash *leaf,
                   struct audit_growth *ret_growth, struct why *why)
{
    audit_grow(walk->hash, &walk->edge, leaf, ret_growth);
    return walk_check(walk, why);
}

enum err walk_end(const struct walk *walk, struct why *why)
{
    for (unsigned i = 0; i < walk->mark_count; i++) {
        if (walk->marks[i].head.size > walk->edge.size)
            return why_say(why, ERR_ROLLED_BACK,
                           "the log ends at entry %llu, but %s knows of %llu entries: something "
                           "was put back to an older state or cut off",
                           (unsigned long long)walk->edge.size, walk->marks[i].name,
                           (unsigned long long)walk->marks[i].head.size);
    }
    return OK;
}
