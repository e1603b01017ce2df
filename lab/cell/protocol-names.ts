// Names in a cell's result that mean something to the orchestrator and stand in no record. Apart from
// protocol.ts, which is types alone, so that both sides may import it.

/** The kernel's stamps of the counted events, for who knows when each of them was sent. */
export const STAMPS = 'kernel_stamp_ns';
