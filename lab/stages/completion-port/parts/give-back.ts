// Structures of operations at the end of a stage. What the system has still in flight it will write to, however
// late: such memory is left to the process, and what the stage found, or failed with, is told all the same.
import type { Operations, Port } from '../../../examples/ports/port.ts';
import type { Memory } from '../../../ffi/platform.ts';

/** Take the packets of all that is in flight, each within the time. The handles must be closed before. */
export function drain(port: Port, operations: Operations, limit_ms: number): void {
  while (operations.ledger.in_flight > 0 && port.take(limit_ms)) {
    const index = operations.end(port.pointer, port.key);
    if (index >= 0) operations.release(index);
  }
}

/** Free the structures and the memory that their operations use, unless one of them is in flight. */
export function giveBack(operations: Operations, ...memories: readonly Memory[]): void {
  if (operations.ledger.in_flight > 0) return;
  operations.free();
  for (const memory of memories) memory.free();
}
