// A driver for tests whose other end is a function: it gets each write and says what comes back. A read
// with nothing to read stays pending, and a wait for it runs out at once.
import {
  type BlockingEngine,
  type Driver,
  type OpenContext,
  WRITE,
} from '../../lab/drivers/driver.ts';

export interface LineDriver {
  readonly driver: Driver;
  readonly writes: Uint8Array[];
  opened: number;
  closed: number;
}

export interface LineDriverOptions {
  /** The most bytes one write takes, and one read gives. */
  readonly piece_bytes?: number;
  /** A negated errno that every read ends with. */
  readonly failure?: number;
}

export function lineDriver(
  other: (bytes: Uint8Array) => Uint8Array,
  { piece_bytes = 4096, failure }: LineDriverOptions = {},
): LineDriver {
  let waiting: number[] = [];
  const open = ({ slot_bytes, depth }: Pick<OpenContext, 'slot_bytes' | 'depth'>) => {
    const memory = new Uint8Array(slot_bytes);
    let pending = false;
    let finished = 0;
    const engine: BlockingEngine = {
      loop: 'blocking',
      operations: {
        opcode: new Uint8Array(depth),
        offset_bytes: new Float64Array(depth),
        length_bytes: new Uint32Array(depth),
      },
      completions: {
        slot: new Uint32Array(depth),
        result: new Int32Array(depth),
        time_ns: new Float64Array(depth),
      },
      counters: { syscalls: 0, polls: 0 },
      slot: () => memory,
      submit() {
        if (pending) throw new Error('one operation at a time');
        const { opcode, length_bytes } = engine.operations;
        const length = Math.min(piece_bytes, length_bytes[0]!);
        finished = 1;
        if (opcode[0] === WRITE) {
          made.writes.push(memory.slice(0, length));
          waiting.push(...other(memory.slice(0, length)));
          engine.completions.result[0] = length;
        } else if (failure !== undefined) engine.completions.result[0] = failure;
        else if (waiting.length === 0) {
          pending = true;
          finished = 0;
        } else {
          const got = waiting.splice(0, length);
          memory.set(got);
          engine.completions.result[0] = got.length;
        }
        return 1;
      },
      wait: () => finished,
      close() {
        made.closed++;
        waiting = [];
      },
    };
    return engine;
  };
  const made: LineDriver = {
    writes: [],
    opened: 0,
    closed: 0,
    driver: {
      id: 'line',
      title: 'A line of a test',
      form: 'synchronous',
      reports: 'completion',
      mechanism: 'reference',
      loop: 'blocking',
      serves: ['stream'],
      platforms: ['linux', 'darwin'],
      cost: '',
      needs: '',
      parameters: {},
      source: '',
      emulated_by: 'nothing',
      probe: async () => ({ ok: true }),
      async open(context) {
        made.opened++;
        return open(context);
      },
    },
  };
  return made;
}
