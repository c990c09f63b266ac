/*
 * The two clocks: the wall clock, which people read and which jumps, and the monotonic one, which
 * deadlines use.
 */
#ifndef PANGATE_BASE_CLOCK_H
#define PANGATE_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* milliseconds since 1970-01-01T00:00:00Z */

/* Since some moment before the start; never goes back. Stands still while the machine sleeps. */
int64_t clock_mono_ms(void);
int64_t clock_mono_ns(void);

/* Sleep, for a thread with nothing else to wait for. A signal may end it early. */
void clock_sleep_ms(int64_t ms);
void clock_sleep_ns(int64_t ns);

#endif
