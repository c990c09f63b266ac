/*
 * Two questions that have to be answered in a hurry, as JSON lines.
 *
 * A breach report: which cards did this client see or send on in a span of time, and whose are
 * they? A customer report: what happened with the cards of this person, by whom, for which purpose
 * and to whom did they go? The first reads the log twice: a token's customer may stand in entries
 * before or after the one in question. The second follows each token from customer to customer.
 */
#ifndef PANGATE_AUDIT_REPORT_H
#define PANGATE_AUDIT_REPORT_H

#include <stdint.h>

#include "audit/export.h"
#include "audit/log_reader.h"
#include "base/err.h"

struct report_question {
    uint64_t from, until;       /* entries that are held, as audit_question */
    struct audit_filter filter; /* customer: with tenant and tag */
    struct audit_progress progress;
};

/*
 * A line for each token, way, recipient and purpose: `tenant token customer_tag how client route
 * purpose count first last first_receipt last_receipt`, in the order of first exposure. What was
 * refused or failed exposed nothing; a forward counts from its intent on.
 */
enum err report_breach(struct audit_reader *reader, const struct report_question *question,
                       const struct audit_line_sink *sink);

/*
 * A line for each thing that happened: `time what outcome client route purpose token receipt`, in
 * order. `what` is a word for people: stored, shown, sent, changed, erased and so on. What happens
 * to a token is told to its customer of that time only: nobody learns of another by it. The change
 * that gives a token to another customer is the last that the one hears and the first of the other.
 */
enum err report_customer(struct audit_reader *reader, const struct report_question *question,
                         const struct audit_line_sink *sink);

#endif
