// The message a stamping device sends: 32 bytes, four doubles, written and read through typed
// arrays so that neither side converts anything. Both processes read the same monotonic clock.

export const STAMP_BYTES = 32;
/** The clock just before the write. */
export const SENT_NS = 0;
/** When the schedule meant it to leave. */
export const INTENDED_NS = 1;
/** Counts up from 0; negative in the warm-up. */
export const SEQUENCE = 2;
export const EPOCH = 3;
