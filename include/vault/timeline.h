/*
 * Time as entries see it.
 *
 * Entries carry the wall clock. A step back of up to an hour is held: the time of the entry before
 * is used until the clock has caught up. A longer one is followed down. A step of over a minute,
 * either way, is a jump: it is entered, and nothing is swept for a while, so that a clock that
 * jumps cannot empty a vault.
 */
#ifndef PANGATE_VAULT_TIMELINE_H
#define PANGATE_VAULT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMELINE_HELD_MS = 3600 * 1000, TIMELINE_JUMP_MS = 60 * 1000 };

struct timeline {
    int64_t (*wall_ms)(void);
    int64_t last_ms;   /* the time of the last entry; 0: there is none */
    int64_t offset_ms; /* of the wall clock to the monotonic one, at the last look */
};

/*
 * Begin after a last entry. While nobody looked, time went on: forward it is a jump only beyond
 * `away_ms`. With the time that expired cards are kept for, no card can be swept before its end:
 * what has jumped less is made up for by that time.
 */
void timeline_start(struct timeline *timeline, int64_t last_ms, int64_t away_ms, bool *ret_jumped);

struct timeline_look {
    int64_t now_ms; /* for the entries to come */
    bool jumped;
};

struct timeline_look timeline_look(struct timeline *timeline);

/* The wall clock, held behind `last_ms`. */
int64_t timeline_held_ms(int64_t last_ms, int64_t wall_ms);

#endif
