/* Runs protocol.h natively, for codec.test.ts.
 *   native parse    reads a stream on stdin; prints each good frame's body in hexadecimal, then the
 *                   number of bad ones
 *   native send     reads bodies (version kind sequence payload) as hexadecimal lines; writes frames */
#include "../../firmware/protocol/protocol.h"
#include <stdio.h>
#include <string.h>

static void put(uint8_t byte) { putchar(byte); }

static int parse(void) {
  static struct iolab_parser parser;
  for (int c; (c = getchar()) != EOF;) {
    uint8_t complete = iolab_parse(&parser, (uint8_t)c);
    if (!complete) continue;
    for (int i = 0; i < IOLAB_HEADER + complete - 1; i++) printf("%02x", parser.body[i]);
    putchar('\n');
  }
  printf("bad %lu\n", (unsigned long)parser.bad);
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

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "parse") == 0) return parse();
  if (count == 2 && strcmp(arguments[1], "send") == 0) return send_all();
  return 2;
}
