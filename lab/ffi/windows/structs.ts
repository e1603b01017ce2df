// Sizes and offsets, in bytes, of the structures that Windows shares with a program, for 64-bit
// systems. Pure, so that drivers may import it; layouts.ts compares each with the C declaration when
// the library is loaded.

/** OVERLAPPED (minwinbase.h): one operation; the system writes to it until the operation has ended. */
export const OVERLAPPED_BYTES = 32;
/** Status (NTSTATUS): STATUS_PENDING until the end. */
export const OVERLAPPED_INTERNAL = 0;
/** Bytes moved. */
export const OVERLAPPED_INTERNAL_HIGH = 8;
export const OVERLAPPED_OFFSET = 16;
export const OVERLAPPED_OFFSET_HIGH = 20;
export const OVERLAPPED_EVENT = 24;

/** OVERLAPPED_ENTRY: one packet of GetQueuedCompletionStatusEx. */
export const OVERLAPPED_ENTRY_BYTES = 32;
export const ENTRY_KEY = 0;
export const ENTRY_OVERLAPPED = 8;
/** Status (NTSTATUS). */
export const ENTRY_INTERNAL = 16;
export const ENTRY_TRANSFERRED = 24;

/** BY_HANDLE_FILE_INFORMATION (fileapi.h) */
export const FILE_INFORMATION_BYTES = 52;
export const FILE_INFORMATION_ATTRIBUTES = 0;
export const FILE_INFORMATION_VOLUME = 28;
export const FILE_INFORMATION_LINKS = 40;
export const FILE_INFORMATION_INDEX_HIGH = 44;
export const FILE_INFORMATION_INDEX_LOW = 48;

/** DCB (winbase.h): how a serial line is set. */
export const DCB_BYTES = 28;
export const DCB_BAUD_RATE = 4;
/** Bits: binary, parity, flow control in all its forms. */
export const DCB_FLAGS = 8;
export const DCB_BYTE_SIZE = 18;
export const DCB_PARITY = 19;
export const DCB_STOP_BITS = 20;

/** COMMTIMEOUTS: five words of 32 bits; interval, multiplier and constant of reads, and of writes. */
export const COMMTIMEOUTS_BYTES = 20;

/** WSABUF (ws2def.h): a length and an address. */
export const WSABUF_BYTES = 16;
export const WSABUF_LENGTH = 0;
export const WSABUF_BUFFER = 8;

/** RIO_BUF (mswsockdef.h): a registered buffer, and which part of it. */
export const RIO_BUF_BYTES = 16;
export const RIO_BUF_OFFSET = 8;
export const RIO_BUF_LENGTH = 12;

/** RIORESULT: status, bytes, context of the socket, context of the request. */
export const RIO_RESULT_BYTES = 24;
export const RIO_RESULT_STATUS = 0;
export const RIO_RESULT_TRANSFERRED = 4;
export const RIO_RESULT_REQUEST = 16;

/** RIO_NOTIFICATION_COMPLETION, of the kind that raises an event: kind, event, whether it resets. */
export const RIO_NOTIFICATION_BYTES = 32;
export const RIO_NOTIFICATION_EVENT = 8;
export const RIO_NOTIFICATION_RESET = 16;

/** SOCKADDR_IN */
export const SOCKADDR_IN_BYTES = 16;

/** POINTERS, HANDLES and SIZE_T */
export const WORD_BYTES = 8;
