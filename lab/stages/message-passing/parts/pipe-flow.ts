// A flow that is a process: messages come by its standard input and leave by its standard output, and it blocks
// in read(2). Where its input ends it ends, and where it crashes its own pipes end.
import { readSync, writeSync } from 'node:fs';
import { check, MESSAGE_BYTES, messageOf, WORDS } from './message.ts';

const [INBOX, OUTBOX] = [0, 1];
/** A byte for the one who started it: waits, complete, gave up. */
export const TELLS = 3;
/** A byte from him: begin to receive. */
export const GATE = 4;
export const WAITS = 1;
export const COMPLETE = 2;
export const GAVE_UP = 3;

const tell = (word: number): void => void writeSync(TELLS, Uint8Array.of(word));
const send = (number: number): void => void writeSync(OUTBOX, messageOf(number));

/** Sleeps before its gate. False where nobody will open it any more. */
const begins = (): boolean => readSync(GATE, new Uint8Array(1)) === 1;

/** Undefined at the end of the input. */
function receive(): Int32Array | undefined {
  const words = new Int32Array(WORDS);
  const got = readSync(INBOX, words);
  if (got === 0) return undefined;
  if (got !== MESSAGE_BYTES) throw new Error(`${got} bytes are no message`);
  return words;
}

function relay(at: number, every: number): void {
  for (let number = at; ; number += every) {
    const message = receive();
    if (!message) return;
    check(message, number);
    send(number + 1);
  }
}

function sink(count: number): void {
  if (!begins()) return;
  for (let number = 0; number < count; number++) check(receive(), number);
  tell(COMPLETE);
}

/** A read has no limit of its own: whoever does not want to wait for ever asks poll(2) first. */
async function wait(speaks: boolean, patience_ms: number): Promise<void> {
  const { loadPlatform } = await import('../../../ffi/load.ts');
  const { readable } = await import('./readable.ts');
  const platform = await loadPlatform();
  tell(WAITS);
  if (!begins()) return;
  if (speaks) send(0);
  const message = readable(platform, INBOX, patience_ms) ? receive() : undefined;
  if (message) {
    check(message, 0);
    if (!speaks) send(0);
  }
  tell(message ? COMPLETE : GAVE_UP);
}

/** Imported for its constants, it does nothing. */
const [role, first = 0, second = 0] = import.meta.main ? process.argv.slice(2) : [];
if (role === 'wait') await wait(first === 'true', Number(second));
else if (role !== undefined) {
  tell(WAITS);
  if (role === 'relay') relay(Number(first), Number(second));
  else sink(Number(first));
}
