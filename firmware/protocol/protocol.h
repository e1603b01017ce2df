/* The lab's wire protocol, version 1: what boards and host say to each other over a serial line.
 * Portable C without tables; codec.ts beside it is the same in TypeScript, and vectors.json binds
 * the two together. Framing and checksum are those of PPP (RFC 1662), so any textbook explains them.
 *
 * ONE DESCRIPTION OF THE FRAME
 *
 *   7E | version | kind | sequence | payload, 0 to 96 bytes | FCS low | FCS high | 7E
 *
 *   - 7E (the flag) begins and ends a frame and occurs nowhere else: inside, 7E and 7D are sent as
 *     7D followed by the byte exclusive-or 20. So a flag always means "here is a boundary", and the
 *     first good frame after any garbage is read (RFC 1662 section 4.2).
 *   - Flags between frames are padding and mean nothing. A host that talks to a board busy
 *     elsewhere sends some first (IOLAB_PREAMBLE_BYTES): they are what the overrun destroys.
 *   - FCS: 16 bits over version to payload, start FFFF, reflected polynomial 8408, sent
 *     complemented; over a good frame with its FCS the register ends at F0B8 (appendix C.2).
 *   - version: 1. A frame of another version with a good FCS is answered by an error frame, whose
 *     version byte tells the asker what the board speaks.
 *   - kind: a command, or with bit 7 set its reply. sequence: chosen by the asker, repeated in the
 *     reply. A reply never precedes its command, but lost frames have no reply: wait a bounded time.
 *   - Numbers are little-endian. Stamps and counters are 32 bits and wrap; stamps tick at timer_hz
 *     (Uno: 16 MHz, wraps every 268.4 s), so subtract them modulo 2^32.
 *
 *   command (payload)              reply (payload)
 *   01 hello ()                    81: about the board, see below
 *   02 ping ()                     82: arrival u32, service u32, reply u32, flags u8
 *   03 echo (stream u16, data)     83: the same payload. The board compares `stream` with the number
 *                                      it expects and counts what is missing; 0 starts anew.
 *   04 mode (mode u8)              84: status u8, mode u8 now in force. Wait for it before sending
 *                                      more: what is in the old mode's ring is dropped.
 *   05 load (load u8)              85: status u8, load u8 now in force. The load's pseudo-random
 *                                      sequence begins anew.
 *   06 counters (clear u8)         86: counters, u32 each, in the order of enum iolab_counter;
 *                                      clear = 1 sets them to zero after reading. Later versions may
 *                                      append: readers take what they know and ignore the rest.
 *   07 await ()                    87: (), at once. Then the first byte to come is stamped and
 *                                      answered by 82 with the sequence of the await.
 *   08 torn (way u8,               88: status u8, torn u32, writes u32, reads u16; all zero unless
 *            width_bytes u8,           status is 0
 *            reads u16)
 *   09 block (bytes u8)            89: status u8, bytes u8 now in force (0: there is no such thing)
 *   -                              80 ready: as 81, sent once when the board has started
 *   -                              FF error: kind u8 of the command, reason u8 (a status)
 *
 *   hello and ready: board u8, mode u8, load u8, modes u8 (bit n: mode n is there), reset_cause u8
 *   (the chip's own register), clock_hz u32, timer_hz u32, build u8[4] (start of the sources' hash).
 *
 *   Stamps of a ping, all for its closing flag: arrival = the receiver had the byte complete
 *   (from a hardware capture of the line, valid only if flags bit 0 is set; on the Uno this needs a
 *   wire from pin 0 to pin 8, and arrival to service below 65536 cycles); service = the program
 *   took the byte out of the receiver; reply = the program began to send the answer. A ping whose
 *   closing flag is sent on its own, after a pause, measures how long one byte waits for service.
 *
 *   Await does the same however the host's writes are cut: wait for 87, then send one flag on its own.
 *   Its stamps are those of that flag; reply = the program came to answer it. Service latency =
 *   service - arrival, answer latency = reply - arrival. Only a flag has an arrival. The byte also goes
 *   where every byte goes, to the parser, and ends the await, whatever it is.
 *
 *   Torn: a timer handler keeps writing a value of `width_bytes` whose bytes are all equal (they count
 *   up), at a fixed period that is coprime to the reading loop; the main code reads it `reads` times.
 *   torn = reads whose bytes differ, writes = handler runs meanwhile. The numbers depend on nothing
 *   but the three arguments. Widths: 2, on a 32-bit board also 8 (unsupported elsewhere).
 *
 *   Block: in mode dma the program is woken once per completed block of so many bytes, a power of two
 *   from 1 to 64; a periodic tick notices a tail that is shorter.
 *
 *   Load: work that the main loop does in every turn beside the serial line, in processor cycles:
 *   none 0 | medium 1024 to 2044 (below two byte times at 115200) | heavy 8192 to 12284 (six to nine
 *   byte times); pseudo-random, the same sequence after every reset and every load command. */
#ifndef IOLAB_PROTOCOL_H
#define IOLAB_PROTOCOL_H
#include <stdbool.h>
#include <stdint.h>

#define IOLAB_VERSION 1
#define IOLAB_FLAG 0x7e
#define IOLAB_ESCAPE 0x7d
#define IOLAB_FLIP 0x20
#define IOLAB_HEADER 3
#define IOLAB_PAYLOAD_MAX 96
#define IOLAB_BODY_MAX (IOLAB_HEADER + IOLAB_PAYLOAD_MAX + 2)
#define IOLAB_FCS_START 0xffff
#define IOLAB_FCS_GOOD 0xf0b8
#define IOLAB_PREAMBLE_BYTES 12

enum iolab_kind {
  IOLAB_HELLO = 0x01, IOLAB_PING = 0x02, IOLAB_ECHO = 0x03, IOLAB_MODE = 0x04,
  IOLAB_LOAD = 0x05, IOLAB_COUNTERS = 0x06, IOLAB_AWAIT = 0x07, IOLAB_TORN = 0x08,
  IOLAB_BLOCK = 0x09,
  IOLAB_REPLY = 0x80, /* set in the kind of every reply */
  IOLAB_READY = 0x80, IOLAB_ERROR = 0xff
};
enum iolab_status { IOLAB_OK, IOLAB_UNSUPPORTED, IOLAB_BAD_VALUE, IOLAB_BAD_LENGTH,
                    IOLAB_UNKNOWN_KIND, IOLAB_WRONG_VERSION };
enum iolab_board { IOLAB_UNO = 1, IOLAB_PICO = 2 };
enum iolab_mode { IOLAB_POLLED, IOLAB_INTERRUPT, IOLAB_RING, IOLAB_DMA };
enum iolab_load { IOLAB_NONE, IOLAB_MEDIUM, IOLAB_HEAVY };
enum iolab_way { IOLAB_PLAIN, IOLAB_INTERRUPTS_OFF, IOLAB_READ_TWICE };
enum iolab_ping_flags { IOLAB_ARRIVAL_CAPTURED = 1 };
enum iolab_counter {
  IOLAB_N_POLLS,             /* times the program asked the receiver whether a byte is there */
  IOLAB_N_RX_INTERRUPTS,     /* receive handler runs */
  IOLAB_N_TX_INTERRUPTS,     /* transmit handler runs */
  IOLAB_N_TIMER_INTERRUPTS,  /* timer overflow handler runs */
  IOLAB_N_RX_BYTES,          /* bytes taken out of the receiver */
  IOLAB_N_TX_BYTES,          /* bytes given to the transmitter */
  IOLAB_N_UART_OVERRUNS,     /* times the receiver reported that it lost one or more bytes */
  IOLAB_N_RING_OVERRUNS,     /* bytes lost because the ring was full */
  IOLAB_N_FRAMES_GOOD,       /* frames read */
  IOLAB_N_FRAMES_BAD,        /* frames thrown away: bad FCS, too short, too long */
  IOLAB_N_ECHO_FRAMES,       /* echo frames answered */
  IOLAB_N_ECHO_LOST,         /* echo frames missing in the stream */
  IOLAB_N_DMA_WRAPS,         /* times a DMA buffer began anew */
  IOLAB_N_SLEEPS,            /* times the processor slept */
  IOLAB_N_ASLEEP_CYCLES,     /* from falling asleep to the next line of the main loop: this counts
                                the handler that woke it too, so it is an upper bound */
  IOLAB_N_CYCLES,            /* cycles since the counters were cleared; the share asleep is the
                                quotient. Both wrap: clear at least every 268 s */
  IOLAB_N_STACK_BYTES,       /* the most stack one receive interrupt used, counted from the main
                                loop's stack pointer. Seen only while an await is pending: the stack
                                is painted before, and looked at afterwards. Polled: 0 */
  IOLAB_N_WAKEUPS,           /* returns from sleep, but for those that only kept the clock */
  IOLAB_N_DMA_BLOCKS,        /* DMA blocks completed */
  IOLAB_N_COUNTERS
};

/* The longer payloads as they lie on the line; every processor the lab runs on is little-endian. */
struct __attribute__((packed)) iolab_about {
  uint8_t board, mode, load, modes, reset_cause;
  uint32_t clock_hz, timer_hz;
  uint8_t build[4];
};
struct __attribute__((packed)) iolab_stamps {
  uint32_t arrival, service, reply;
  uint8_t flags;
};
struct __attribute__((packed)) iolab_torn {
  uint8_t status;
  uint32_t torn, writes;
  uint16_t reads;
};

/* A 16-bit number in a payload, where it need not lie at an even address. */
static inline uint16_t iolab_u16(const uint8_t *at) {
  return (uint16_t)(at[0] | (uint16_t)at[1] << 8);
}

/* RFC 1662 appendix C gives the table; this is the same step without one (as avr-libc's
 * _crc_ccitt_update does it). */
static inline uint16_t iolab_fcs(uint16_t fcs, uint8_t byte) {
  uint8_t data = (uint8_t)(byte ^ (uint8_t)fcs);
  data = (uint8_t)(data ^ (uint8_t)(data << 4));
  return (uint16_t)((((uint16_t)data << 8) | (fcs >> 8)) ^ (uint8_t)(data >> 4) ^
                    ((uint16_t)data << 3));
}

/* Reads a stream byte by byte. All zero is a valid start. */
struct iolab_parser {
  uint8_t body[IOLAB_BODY_MAX]; /* version, kind, sequence, payload, FCS */
  uint8_t length;
  bool inside;   /* a flag was seen: what follows is a frame */
  bool escaped;
  bool spoilt;   /* too long, or an escape cut short: wait for the next flag */
  uint16_t fcs;
  uint32_t bad;  /* frames thrown away */
};

/* Takes one byte. Returns the payload's length + 1 when a good frame is complete in `body`
 * (valid until the next call), else 0. */
static inline uint8_t iolab_parse(struct iolab_parser *p, uint8_t byte) {
  if (byte == IOLAB_FLAG) {
    uint8_t length = p->length;
    bool any = p->inside && (length > 0 || p->spoilt || p->escaped);
    bool good = any && !p->spoilt && !p->escaped && length >= IOLAB_HEADER + 2 &&
                p->fcs == IOLAB_FCS_GOOD;
    if (any && !good) p->bad++;
    p->inside = true;
    p->escaped = p->spoilt = false;
    p->length = 0;
    p->fcs = IOLAB_FCS_START;
    return good ? (uint8_t)(length - IOLAB_HEADER - 2 + 1) : 0;
  }
  if (!p->inside || p->spoilt) return 0;
  if (byte == IOLAB_ESCAPE) {
    p->spoilt = p->escaped; /* two escapes in a row are no frame */
    p->escaped = true;
    return 0;
  }
  if (p->escaped) {
    byte ^= IOLAB_FLIP;
    p->escaped = false;
  }
  if (p->length == IOLAB_BODY_MAX) {
    p->spoilt = true;
    return 0;
  }
  p->body[p->length++] = byte;
  p->fcs = iolab_fcs(p->fcs, byte);
  return 0;
}

/* True between a frame's first byte and its closing flag. */
static inline bool iolab_inside_frame(const struct iolab_parser *p) {
  return p->inside && p->length > 0;
}

typedef void (*iolab_put)(uint8_t byte);

static inline void iolab_stuff(iolab_put put, uint8_t byte) {
  if (byte == IOLAB_FLAG || byte == IOLAB_ESCAPE) {
    put(IOLAB_ESCAPE);
    byte ^= IOLAB_FLIP;
  }
  put(byte);
}

/* Sends one frame through `put`, byte by byte: no buffer is needed. */
static inline void iolab_send(iolab_put put, uint8_t kind, uint8_t sequence,
                              const uint8_t *payload, uint8_t length) {
  const uint8_t header[IOLAB_HEADER] = {IOLAB_VERSION, kind, sequence};
  uint16_t fcs = IOLAB_FCS_START;
  put(IOLAB_FLAG);
  for (uint8_t i = 0; i < IOLAB_HEADER + length; i++) {
    uint8_t byte = i < IOLAB_HEADER ? header[i] : payload[i - IOLAB_HEADER];
    fcs = iolab_fcs(fcs, byte);
    iolab_stuff(put, byte);
  }
  fcs ^= 0xffff;
  iolab_stuff(put, (uint8_t)fcs);
  iolab_stuff(put, (uint8_t)(fcs >> 8));
  put(IOLAB_FLAG);
}
#endif
