/* Runs protocol.h natively, for native.test.ts and messages.test.ts.
 *   native parse      reads a stream on stdin; prints each good frame's body in hexadecimal, then the
 *                     number of bad ones
 *   native log        the same for much input: binary, for each good frame where its closing flag
 *                     stood (u32), the number of bad ones so far (u32), length (u8), body
 *   native send       reads bodies (version kind sequence payload) as hexadecimal lines; writes frames
 *   native replies    reads replies as lines of numbers, kind sequence fields; writes frames, their
 *                     payloads built as the firmware builds them
 *   native commands   reads a stream on stdin; prints each command as a line of numbers */
#include "../../firmware/protocol/protocol.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct iolab_parser parser;

static void put(uint8_t byte) { putchar(byte); }

static int parse(void) {
  for (int c; (c = getchar()) != EOF;) {
    uint8_t complete = iolab_parse(&parser, (uint8_t)c);
    if (!complete) continue;
    for (int i = 0; i < IOLAB_HEADER + complete - 1; i++) printf("%02x", parser.body[i]);
    putchar('\n');
  }
  printf("bad %lu\n", (unsigned long)parser.bad);
  return 0;
}

static int log_all(void) {
  static uint8_t input[1 << 16];
  uint32_t at = 0;
  for (size_t count; (count = fread(input, 1, sizeof input, stdin)) > 0;) {
    for (size_t i = 0; i < count; i++, at++) {
      uint8_t complete = iolab_parse(&parser, input[i]);
      if (!complete) continue;
      uint8_t length = (uint8_t)(IOLAB_HEADER + complete - 1);
      fwrite(&at, sizeof at, 1, stdout);
      fwrite(&parser.bad, sizeof parser.bad, 1, stdout);
      fwrite(&length, 1, 1, stdout);
      fwrite(parser.body, 1, length, stdout);
    }
  }
  return 0;
}

static int send_all(void) {
  char line[4 * IOLAB_BODY_MAX];
  while (fgets(line, sizeof line, stdin)) {
    uint8_t body[IOLAB_BODY_MAX];
    int length = 0;
    unsigned value;
    while (length < IOLAB_BODY_MAX && sscanf(line + 2 * length, "%2x", &value) == 1) {
      body[length++] = (uint8_t)value;
    }
    if (length < IOLAB_HEADER || body[0] != IOLAB_VERSION) return 2;
    iolab_send(put, body[1], body[2], body + IOLAB_HEADER, (uint8_t)(length - IOLAB_HEADER));
  }
  return 0;
}

/* The payload of a reply from its fields; returns its length. */
static uint8_t build(unsigned kind, const uint32_t *f, unsigned fields, uint8_t *payload) {
  switch (kind) {
    case IOLAB_READY: case IOLAB_HELLO | IOLAB_REPLY: {
      struct iolab_about about = {f[0], f[1], f[2], f[3], f[4], f[5], f[6],
                                  {f[7] >> 24, f[7] >> 16, f[7] >> 8, f[7]}};
      memcpy(payload, &about, sizeof about);
      return sizeof about;
    }
    case IOLAB_PING | IOLAB_REPLY: {
      struct iolab_stamps stamps = {f[0], f[1], f[2], f[3]};
      memcpy(payload, &stamps, sizeof stamps);
      return sizeof stamps;
    }
    case IOLAB_TORN | IOLAB_REPLY: {
      struct iolab_torn torn = {f[0], f[1], f[2], f[3]};
      memcpy(payload, &torn, sizeof torn);
      return sizeof torn;
    }
    case IOLAB_COUNTERS | IOLAB_REPLY:
      memcpy(payload, f, IOLAB_N_COUNTERS * sizeof *f);
      return IOLAB_N_COUNTERS * sizeof *f;
    default: /* those whose fields are single bytes */
      for (unsigned i = 0; i < fields; i++) payload[i] = (uint8_t)f[i];
      return (uint8_t)fields;
  }
}

static int replies(void) {
  char line[2048];
  while (fgets(line, sizeof line, stdin)) {
    uint32_t f[IOLAB_PAYLOAD_MAX + 2] = {0};
    uint8_t payload[IOLAB_PAYLOAD_MAX];
    unsigned count = 0;
    int used;
    for (char *at = line; count < IOLAB_PAYLOAD_MAX + 2 && sscanf(at, "%" SCNu32 "%n", &f[count], &used) == 1;
         at += used) {
      count++;
    }
    if (count < 2) return 2;
    uint8_t length = build(f[0], f + 2, count - 2, payload);
    iolab_send(put, (uint8_t)f[0], (uint8_t)f[1], payload, length);
  }
  return 0;
}

static int commands(void) {
  for (int c; (c = getchar()) != EOF;) {
    uint8_t complete = iolab_parse(&parser, (uint8_t)c);
    if (!complete) continue;
    const uint8_t *payload = parser.body + IOLAB_HEADER;
    unsigned kind = parser.body[1], first = 0, length = complete - 1u;
    printf("%u %u", kind, parser.body[2]);
    if (kind == IOLAB_ECHO) printf(" %u", iolab_u16(payload)), first = 2;
    if (kind == IOLAB_TORN) {
      printf(" %u %u %u", payload[0], payload[1], iolab_u16(payload + 2));
      first = length;
    }
    for (unsigned i = first; i < length; i++) printf(" %u", payload[i]);
    putchar('\n');
  }
  return 0;
}

int main(int count, char **arguments) {
  static const struct { const char *name; int (*run)(void); } modes[] = {
    {"parse", parse}, {"log", log_all}, {"send", send_all}, {"replies", replies},
    {"commands", commands}};
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
    if (count == 2 && strcmp(arguments[1], modes[i].name) == 0) return modes[i].run();
  }
  return 2;
}
