/* A test double, and no libkqueue: kqueue and kevent for reading and writing descriptors only, over
 * epoll, so that the driver's half of the protocol is exercised where no system and no library has it.
 * It is strict: what kqueue(2) does not allow is an errno. Layout and numbers: sys/event.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <time.h>

struct kevent {
  uint64_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  int64_t data;
  void *udata;
};
_Static_assert(sizeof(struct kevent) == 32, "struct kevent has 32 bytes on macOS and in libkqueue");

enum { READ = -1, WRITE = -2, ADD = 1, DELETE = 2, ERROR = 0x4000, END = 0x8000, MOST = 4096 };
static uint8_t watched[MOST]; /* by descriptor: 1 for reading, 2 for writing */

int kqueue(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int change(int kq, const struct kevent *to) {
  int bit = to->filter == READ ? 1 : to->filter == WRITE ? 2 : 0;
  if (bit == 0 || to->ident >= MOST || to->fflags != 0) return EINVAL;
  int fd = (int)to->ident, before = watched[fd], after = before;
  if (to->flags == ADD) after |= bit;
  else if (to->flags != DELETE) return EINVAL;
  else if (!(before & bit)) return ENOENT;
  else after &= ~bit;
  struct epoll_event event = {(after & 1 ? EPOLLIN : 0) | (after & 2 ? EPOLLOUT : 0), {.fd = fd}};
  /* A descriptor that was closed is forgotten by the kernel: its mark here is stale. */
  if (epoll_ctl(kq, after == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, fd, &event) < 0) {
    if (errno != ENOENT) return errno;
    if (to->flags == DELETE) return ENOENT;
    event.events = bit == 1 ? EPOLLIN : EPOLLOUT;
    after = bit;
    if (epoll_ctl(kq, EPOLL_CTL_ADD, fd, &event) < 0) return errno;
  }
  watched[fd] = (uint8_t)after;
  return 0;
}

int kevent(int kq, const struct kevent *changes, int change_count, struct kevent *events, int count,
           const struct timespec *timeout) {
  for (int i = 0; i < change_count; i++) {
    int failed = change(kq, &changes[i]);
    if (failed == 0) continue;
    if (count == 0) return errno = failed, -1;
    events[0] = changes[i];
    events[0].flags = ERROR;
    events[0].data = failed;
    return 1;
  }
  if (count == 0) return 0;
  struct epoll_event event;
  int got = epoll_pwait2(kq, &event, 1, timeout, 0);
  if (got <= 0) return got;
  int ready = 0;
  ioctl(event.data.fd, FIONREAD, &ready);
  events[0] = (struct kevent){.ident = (uint64_t)event.data.fd, .data = ready};
  events[0].filter = event.events & EPOLLOUT ? WRITE : READ;
  events[0].flags = event.events & (EPOLLHUP | EPOLLERR) ? END : 0;
  return 1;
}
