/*
 * TCP ports of this machine.
 */
#ifndef PANGATE_BENCH_PORT_H
#define PANGATE_BENCH_PORT_H

#include <stdbool.h>

/* One on 127.0.0.1 that was free a moment ago; 0: there is none. */
unsigned port_find_free(void);

/* Somebody accepts connections there. */
bool port_answers(unsigned port);

#endif
