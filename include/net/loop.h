/*
 * One thread's event loop: readiness, time, and work put off until the stack has unwound.
 *
 * Everything here belongs to the thread that runs the loop; only loop_stop() may be called from
 * another one. libevent is not seen outside of loop.c.
 */
#ifndef PANGATE_NET_LOOP_H
#define PANGATE_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/list.h"

struct loop;
struct mailbox;

/* Also makes the process ignore SIGPIPE: a peer that hangs up is an error of its stream only. */
enum err loop_new(struct loop **ret_loop);

/* Runs what loop_later() still holds, then frees the loop and its mailbox and signal watches.
 * Watches and timers of others must be gone. Accepts NULL. */
void loop_free(struct loop *loop);

/* Serve until loop_stop(). */
void loop_run(struct loop *loop);

/* Make loop_run() return after the round it is in. Any thread. */
void loop_stop(struct loop *loop);

/* The monotonic clock, read once per round. */
int64_t loop_now_ms(struct loop *loop);

/* Called whenever the loop has nothing left to do and is about to sleep. */
void loop_before_sleep(struct loop *loop, void (*run)(void *owner), void *owner);

/* on_mail rings while the mailbox holds something; it empties it with mailbox_take(). */
enum err loop_watch_mailbox(struct loop *loop, struct mailbox *mailbox,
                            void (*on_mail)(void *owner), void *owner);

/* Blocks the signal in the calling thread and reads it as an event instead. Call it before other
 * threads start, so that they inherit the mask. `sender` is whose process sent it. */
#define SENDER_UNKNOWN ((uid_t)-1) /* the kernel itself, such as for a key of the terminal */
enum err loop_watch_signal(struct loop *loop, int signal,
                           void (*on_signal)(void *owner, uid_t sender), void *owner);

/* For timers. */
struct wheel;
struct wheel *loop_wheel(struct loop *loop);

/*
 * Work put off to the end of the round, after every event that is ready now. A task that is put
 * off again while it runs waits for the next round. Removing it: task_cancel().
 */
struct task {
    struct list node;
    void (*run)(void *owner);
    void *owner;
};

void task_init(struct task *task, void (*run)(void *owner), void *owner);
void loop_later(struct loop *loop, struct task *task); /* once, however often it is asked for */
void task_cancel(struct task *task);

/*
 * Readiness of one descriptor. Nothing is watched at first. Ready means level-triggered: on_ready
 * rings again until the reason is gone or no longer watched.
 */
enum { WATCH_READ = 1, WATCH_WRITE = 2 };

struct watch;

struct watch *watch_new(struct loop *loop, int fd, void (*on_ready)(void *owner, unsigned ready),
                        void *owner); /* NULL: no memory */
void watch_free(struct watch *watch); /* before the descriptor is closed; accepts NULL */

/* Exactly these, a set of WATCH_; costs a system call only where the set changes. False: the
 * kernel refused, and the descriptor is of no further use. */
bool watch_set(struct watch *watch, unsigned wanted);

#endif
