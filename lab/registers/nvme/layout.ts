// Where the bits of an NVMe controller stand: its registers, a command, a completion. All numbers and
// section numbers are those of the NVM Express Base Specification, revision 1.4.

/** Registers, by byte (3.1). The first is 64 bits wide. */
export const REGISTER = {
  /** Controller Capabilities (3.1.1), in two words. */
  CAPABILITIES_LOW: 0x00,
  CAPABILITIES_HIGH: 0x04,
  VERSION: 0x08,
  /** Controller Configuration (3.1.5). */
  CONFIGURATION: 0x14,
  /** Controller Status (3.1.6). */
  STATUS: 0x1c,
  /** Admin Queue Attributes: the two sizes (3.1.8). */
  ADMIN_SIZES: 0x24,
  /** Base addresses of the admin queues (3.1.9, 3.1.10), in two words each. */
  ADMIN_SUBMISSION: 0x28,
  ADMIN_COMPLETION: 0x30,
  /** The first doorbell; the others follow (3.1.24, 3.1.25). */
  DOORBELLS: 0x1000,
} as const;

/** Controller Configuration (3.1.5). */
export const ENABLE = 1 << 0;
/** Entries are 2^6 and 2^4 bytes long, pages of memory 2^12. */
export const ENTRY_SIZES = (4 << 20) | (6 << 16);
export const SHUTDOWN_NORMAL = 1 << 14;

/** Controller Status (3.1.6). */
export const READY = 1 << 0;
export const FATAL = 1 << 1;
export const SHUTDOWN_MASK = 3 << 2;
export const SHUTDOWN_COMPLETE = 2 << 2;
/** What every register reads when nobody answers on the bus any more. */
export const ABSENT = -1;

/** Controller Capabilities (3.1.1), from its two words. */
export interface Capabilities {
  /** The most entries of one queue. */
  readonly most_entries: number;
  /** The longest that enabling or disabling may take. */
  readonly patience_ms: number;
  /** Bytes from one doorbell to the next. */
  readonly doorbell_stride: number;
  /** The smallest and the largest page of memory it can work with. */
  readonly least_page_bytes: number;
  readonly most_page_bytes: number;
  /** It knows the NVM command set: reads and writes of blocks. */
  readonly reads_blocks: boolean;
}

export const capabilitiesOf = (low: number, high: number): Capabilities => ({
  most_entries: (low & 0xffff) + 1,
  patience_ms: ((low >>> 24) & 0xff) * 500,
  doorbell_stride: 4 << (high & 0xf),
  reads_blocks: ((high >>> 5) & 1) === 1,
  least_page_bytes: 2 ** (12 + ((high >>> 16) & 0xf)),
  most_page_bytes: 2 ** (12 + ((high >>> 20) & 0xf)),
});

/** The pages of the memory that is lent to the controller. */
export const PAGE_BYTES = 4096;

/** A command is 64 bytes, sixteen words (4.2). */
export const COMMAND_BYTES = 64;
export const COMMAND_WORDS = 16;
export const COMMAND = {
  /** Opcode in the low byte, the command's identifier in the upper half. */
  OPCODE_AND_IDENTIFIER: 0,
  NAMESPACE: 1,
  /** Where the data are: two entries of physical regions, two words each (4.3). */
  FIRST_REGION: 6,
  SECOND_REGION: 8,
  /** What each opcode gives a meaning of its own. */
  DWORD_10: 10,
  DWORD_11: 11,
  DWORD_12: 12,
} as const;

/** A completion is 16 bytes, four words (4.6). */
export const COMPLETION_BYTES = 16;
export const COMPLETION_WORDS = 4;
export const COMPLETION = {
  RESULT: 0,
  /** How far the controller has read the submission queue, and which queue that was. */
  SUBMISSION_HEAD: 2,
  /** The identifier in the low half, the phase in bit 16, the status above it. */
  IDENTIFIER_AND_STATUS: 3,
} as const;
export const PHASE_SHIFT = 16;
export const STATUS_SHIFT = 17;

/** Admin commands (5). */
export const ADMIN = {
  DELETE_SUBMISSION_QUEUE: 0x00,
  CREATE_SUBMISSION_QUEUE: 0x01,
  DELETE_COMPLETION_QUEUE: 0x04,
  CREATE_COMPLETION_QUEUE: 0x05,
  IDENTIFY: 0x06,
  SET_FEATURES: 0x09,
} as const;
/** Identify: which of its structures (5.15, CNS). */
export const IDENTIFY_NAMESPACE = 0;
export const IDENTIFY_CONTROLLER = 1;
/** Set Features: Number of Queues (5.21.1.7). */
export const FEATURE_QUEUES = 0x07;
/** Of both Create commands (5.3, 5.4): the queue's memory is one piece; a completion may interrupt. */
export const ONE_PIECE = 1 << 0;
export const INTERRUPTS = 1 << 1;

/** Commands on blocks (6.15, 6.9). */
export const WRITE_BLOCKS = 0x01;
export const READ_BLOCKS = 0x02;
