#include <stdio.h>

#include "bench/dialect.h"

/* RESP: one line for what is asked here; "-" begins an error, whose first word is its code. */
static enum answer_step answered(struct bytes text, struct answer *ret_answer)
{
    const size_t end = bytes_index(text, '\n');
    size_t word = 1;

    if (end == text.size)
        return ANSWER_MORE;
    ret_answer->size = end + 1;
    ret_answer->code[0] = '\0';
    if (text.data[0] == ':' && text.data[1] == '0')
        (void)snprintf(ret_answer->code, sizeof(ret_answer->code), "taken");
    if (text.data[0] != '-')
        return text.data[0] == ':' || text.data[0] == '+' ? ANSWER_DONE : ANSWER_BROKEN;
    while (text.data[word] > ' ' && word < CODE_SIZE)
        word++;
    (void)snprintf(ret_answer->code, sizeof(ret_answer->code), "%.*s", (int)(word - 1),
                   (const char *)text.data + 1);
    return ANSWER_DONE;
}

const struct dialect dialect_redis = { .name = "redis", .answered = answered };
