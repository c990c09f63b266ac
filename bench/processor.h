/*
 * The payment processor at the other end of a forward: it lets in whoever has a certificate of the
 * given CA, reads a request whole, and answers with a constant.
 */
#ifndef PANGATE_BENCH_PROCESSOR_H
#define PANGATE_BENCH_PROCESSOR_H

#include "base/why.h"

struct processor_options {
    const char *certificate, *key; /* its own */
    const char *client_ca;
    unsigned port; /* 0: a free one */
    unsigned threads;
};

struct processor;

/* It serves until it is stopped, on threads of its own. */
enum err processor_start(const struct processor_options *options, struct why *why,
                         struct processor **ret_processor);
void processor_stop(struct processor *processor); /* accepts NULL */

unsigned processor_port(const struct processor *processor);

#endif
