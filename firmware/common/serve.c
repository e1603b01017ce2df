/* Commands: read a frame, do what it says, answer. The same code on every board and in
 * every mode; only how bytes come and go differs. */
#include "board.h"
#include <string.h>

#ifndef BUILD_ID
#error "build with the Makefile: it hashes the sources"
#endif

volatile uint32_t counters[IOLAB_N_COUNTERS];
static uint32_t cleared_at;
static struct iolab_parser parser;
static uint16_t echo_expected;

static void answer(uint8_t kind, uint8_t sequence, const void *payload, uint8_t length) {
  iolab_send(uart->put, kind, sequence, payload, length);
  if (uart->flush) uart->flush();
}

static void refuse(uint8_t kind, uint8_t sequence, uint8_t reason) {
  const uint8_t payload[] = {kind, reason};
  answer(IOLAB_ERROR, sequence, payload, sizeof payload);
}

static void about(uint8_t kind, uint8_t sequence) {
  struct iolab_about payload = {
    BOARD, mode, load, BOARD_MODES,
    reset_cause, CLOCK_HZ, CLOCK_HZ,
    {(uint8_t)(BUILD_ID >> 24), (uint8_t)(BUILD_ID >> 16), (uint8_t)(BUILD_ID >> 8),
     (uint8_t)BUILD_ID}};
  answer(kind, sequence, &payload, sizeof payload);
}

void answer_stamps(uint8_t sequence, uint32_t service, uint32_t reply) {
  struct iolab_stamps payload = {0, service, reply, 0};
  uint32_t arrival;
  if (cycles_flag_arrival(service, &arrival)) {
    payload.arrival = arrival;
    payload.flags = IOLAB_ARRIVAL_CAPTURED;
  }
  answer(IOLAB_PING | IOLAB_REPLY, sequence, &payload, sizeof payload);
}

static void echo(uint8_t sequence, const uint8_t *payload, uint8_t length) {
  uint16_t stream = iolab_u16(payload);
  uint16_t missing = stream - echo_expected;
  if (stream != 0 && missing < 0x8000) counters[IOLAB_N_ECHO_LOST] += missing;
  echo_expected = stream + 1;
  counters[IOLAB_N_ECHO_FRAMES]++;
  answer(IOLAB_ECHO | IOLAB_REPLY, sequence, payload, length);
}

static void set_mode(uint8_t sequence, uint8_t wanted) {
  uint8_t payload[] = {IOLAB_OK, 0};
  if (wanted > IOLAB_DMA) payload[0] = IOLAB_BAD_VALUE;
  else if (!(BOARD_MODES >> wanted & 1)) payload[0] = IOLAB_UNSUPPORTED; /* this chip has no DMA */
  /* What the old mode still has to send goes out first, with its own means. */
  if (payload[0] == IOLAB_OK) uart->drain();
  /* No handler may run before the answer is out: in direct mode it would use this parser. The answer
   * fits into an empty ring. */
  WITHOUT_INTERRUPTS {
    if (payload[0] == IOLAB_OK) mode_start(wanted);
    payload[1] = mode;
    answer(IOLAB_MODE | IOLAB_REPLY, sequence, payload, sizeof payload);
  }
}

static void set_load(uint8_t sequence, uint8_t wanted) {
  uint8_t payload[] = {IOLAB_OK, 0};
  if (wanted > IOLAB_HEAVY) payload[0] = IOLAB_BAD_VALUE;
  else { load = wanted; load_restart(); }
  payload[1] = load;
  answer(IOLAB_LOAD | IOLAB_REPLY, sequence, payload, sizeof payload);
}

static void read_counters(uint8_t sequence, uint8_t clear) {
  uint32_t copy[IOLAB_N_COUNTERS];
  uint32_t now = cycles_now();
  WITHOUT_INTERRUPTS { /* handlers count too; a 32-bit value is four bytes */
    counters_complete();
    counters[IOLAB_N_FRAMES_BAD] = parser.bad;
    counters[IOLAB_N_CYCLES] = now - cleared_at;
    memcpy(copy, (const void *)counters, sizeof copy);
    if (clear) {
      memset((void *)counters, 0, sizeof counters);
      parser.bad = 0;
      cleared_at = now;
    }
  }
  answer(IOLAB_COUNTERS | IOLAB_REPLY, sequence, copy, sizeof copy);
}

static void begin_await(uint8_t sequence) {
  answer(IOLAB_AWAIT | IOLAB_REPLY, sequence, 0, 0);
  await_begin(sequence);
}

static void send_torn(uint8_t sequence, uint8_t status, uint32_t torn, uint32_t writes,
                      uint16_t reads) {
  struct iolab_torn payload = {status, torn, writes, reads};
  answer(IOLAB_TORN | IOLAB_REPLY, sequence, &payload, sizeof payload);
}

void torn_answer(uint8_t sequence, uint32_t torn, uint32_t writes, uint16_t reads) {
  /* The main loop answers here: in direct mode no handler may answer in between. */
  WITHOUT_INTERRUPTS { send_torn(sequence, IOLAB_OK, torn, writes, reads); }
}

static void begin_torn(uint8_t sequence, const uint8_t *payload) {
  uint8_t status = torn_begin(sequence, payload[0], payload[1], iolab_u16(payload + 2));
  if (status != IOLAB_OK) send_torn(sequence, status, 0, 0, 0);
}

static void set_block(uint8_t sequence, uint8_t wanted) {
  uint8_t payload[] = {block_set(wanted), 0};
  payload[1] = block_bytes();
  answer(IOLAB_BLOCK | IOLAB_REPLY, sequence, payload, sizeof payload);
}

void serve_byte(uint8_t byte, uint32_t service) {
  if (awaiting) await_answer(service);
  uint8_t complete = iolab_parse(&parser, byte);
  if (!complete) return;
  uint8_t length = complete - 1;
  uint8_t kind = parser.body[1], sequence = parser.body[2];
  const uint8_t *payload = parser.body + IOLAB_HEADER;
  counters[IOLAB_N_FRAMES_GOOD]++;
  if (parser.body[0] != IOLAB_VERSION) {
    refuse(kind, sequence, IOLAB_WRONG_VERSION);
    return;
  }
  bool empty = length == 0, one = length == 1;
  switch (kind) {
    case IOLAB_HELLO: if (empty) { about(IOLAB_HELLO | IOLAB_REPLY, sequence); return; } break;
    case IOLAB_PING: if (empty) { answer_stamps(sequence, service, cycles_now()); return; } break;
    case IOLAB_ECHO: if (length >= 2) { echo(sequence, payload, length); return; } break;
    case IOLAB_MODE: if (one) { set_mode(sequence, payload[0]); return; } break;
    case IOLAB_LOAD: if (one) { set_load(sequence, payload[0]); return; } break;
    case IOLAB_COUNTERS: if (one) { read_counters(sequence, payload[0]); return; } break;
    case IOLAB_AWAIT: if (empty) { begin_await(sequence); return; } break;
    case IOLAB_TORN: if (length == 4) { begin_torn(sequence, payload); return; } break;
    case IOLAB_BLOCK: if (one) { set_block(sequence, payload[0]); return; } break;
    default: refuse(kind, sequence, IOLAB_UNKNOWN_KIND); return;
  }
  refuse(kind, sequence, IOLAB_BAD_LENGTH);
}

void serve_ready(void) { about(IOLAB_READY, 0); }
