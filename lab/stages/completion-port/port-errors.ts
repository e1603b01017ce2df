// Six failures, each brought about on purpose. Some are told by the call that would have started the
// operation, and then no packet comes; others by the packet. A program has to listen at both places.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHandle, openPipe } from '../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../examples/ports/port.ts';
import {
  ERROR_IO_PENDING,
  FILE_FLAG_NO_BUFFERING,
  GENERIC_READ,
} from '../../ffi/windows/constants.ts';
import type { Stage, StageContext, StageResult } from '../stage.ts';
import { drain, giveBack } from './parts/give-back.ts';

const KEY = 0x5005;
const LIMIT_MS = 5000;
const SHORT_MS = 20;
const FILE_BYTES = 8192;
const READ_BYTES = 512;
/** One for each failure: an operation that nobody tells of keeps its own. */
const OPERATIONS = 8;

/** Where a failure was told, and as what. */
interface Told {
  readonly code: number;
  readonly by: 'call' | 'packet' | 'nobody';
}

class Failures {
  readonly #platform: StageContext['platform'];
  readonly #windows: NonNullable<StageContext['platform']['windows']>;
  readonly #port: Port;
  readonly #operations: Operations;
  readonly #buffer: ReturnType<StageContext['platform']['memory']>;

  constructor(platform: StageContext['platform']) {
    this.#platform = platform;
    this.#windows = windowsOf(platform);
    this.#port = new Port(platform, 1);
    this.#operations = new Operations(platform, OPERATIONS);
    this.#buffer = platform.memory(FILE_BYTES);
  }

  /** Start a read; `meanwhile` brings the failure about while it is pending. */
  read(
    handle: number,
    { offset = 0, shift = 0, meanwhile = (_overlapped: number) => {}, closed = false } = {},
  ): Told {
    if (!closed) this.#port.associate(handle, KEY);
    const index = this.#operations.begin(KEY, offset);
    const overlapped = this.#operations.address(index);
    const buffer = this.#buffer.address + shift;
    const good = this.#windows.ReadFile(handle, buffer, READ_BYTES, 0, overlapped);
    const code = good ? 0 : this.#windows.GetLastError();
    if (!good && code !== ERROR_IO_PENDING) {
      this.#operations.ledger.endAtOnce(index);
      this.#operations.release(index);
      // Told by the call: no packet may come besides.
      return { code, by: this.#port.take(SHORT_MS) ? 'packet' : 'call' };
    }
    meanwhile(overlapped);
    if (!this.#port.take(LIMIT_MS)) return { code: this.#port.error, by: 'nobody' };
    const ended = this.#operations.end(this.#port.pointer, this.#port.key);
    if (ended >= 0) this.#operations.release(ended);
    return { code: this.#port.error, by: 'packet' };
  }

  endOfFile(path: string): Told {
    return this.#with(openHandle(this.#platform, path, { access: GENERIC_READ }), handle =>
      this.read(handle, { offset: FILE_BYTES }),
    );
  }

  brokenPipe(): Told {
    return this.#withPipe((near, hangUp) => this.read(near, { meanwhile: hangUp }));
  }

  cancelled(): Told {
    return this.#withPipe(near =>
      this.read(near, { meanwhile: overlapped => this.#windows.CancelIoEx(near, overlapped) }),
    );
  }

  /** A handle belongs to one port for ever. */
  associatedTwice(): Told {
    return this.#withPipe(near => {
      this.#port.associate(near, KEY);
      const again = this.#windows.CreateIoCompletionPort(near, this.#port.handle, KEY, 0);
      return { code: again === 0 ? this.#windows.GetLastError() : 0, by: 'call' };
    });
  }

  /** Past the cache a read must begin at a whole sector, in the file and in memory. */
  misaligned(path: string): Told {
    const options = { access: GENERIC_READ, flags: FILE_FLAG_NO_BUFFERING };
    return this.#with(openHandle(this.#platform, path, options), handle =>
      this.read(handle, { offset: 100, shift: 3 }),
    );
  }

  closedHandle(path: string): Told {
    const handle = openHandle(this.#platform, path, { access: GENERIC_READ });
    this.#windows.CloseHandle(handle);
    return this.read(handle, { closed: true });
  }

  nothingCame(): Told {
    const came = this.#port.take(SHORT_MS);
    return { code: this.#port.error, by: came ? 'packet' : 'call' };
  }

  close(): void {
    this.#port.close();
    giveBack(this.#operations, this.#buffer);
  }

  #with(handle: number, use: (handle: number) => Told): Told {
    try {
      return use(handle);
    } finally {
      this.#windows.CloseHandle(handle);
      // What nobody told of may end by this: its packet is not the next failure's.
      drain(this.#port, this.#operations, SHORT_MS);
    }
  }

  #withPipe(use: (near: number, hangUp: () => void) => Told): Told {
    const { near, far } = openPipe(this.#platform);
    let connected = true;
    // Once only: afterwards its number may be another handle's.
    const hangUp = (): void => {
      if (connected) this.#windows.CloseHandle(far);
      connected = false;
    };
    return this.#with(near, () => {
      try {
        return use(near, hangUp);
      } finally {
        hangUp();
      }
    });
  }
}

function run({ platform, target }: StageContext): StageResult {
  const path = join(target.path, 'short');
  writeFileSync(path, Buffer.alloc(FILE_BYTES, 1));
  const failures = new Failures(platform);
  try {
    const told: Readonly<Record<string, Told>> = {
      end_of_file: failures.endOfFile(path),
      broken_pipe: failures.brokenPipe(),
      cancelled: failures.cancelled(),
      invalid_parameter: failures.associatedTwice(),
      invalid_handle: failures.closedHandle(path),
      timed_out: failures.nothingCame(),
    };
    const all = Object.entries(told);
    const by = (where: Told['by']) => all.filter(([, one]) => one.by === where).length;
    return {
      n: all.length,
      totals: {
        ...Object.fromEntries(all.map(([name, { code }]) => [name, code])),
        told_by_call: by('call'),
        told_by_packet: by('packet'),
        told_by_nobody: by('nobody'),
        // Beside the six: Windows refuses it with 87, Wine reads.
        misaligned: failures.misaligned(path).code,
      },
      notes: all.map(([name, { code, by: where }]) => {
        const plain = name.replaceAll('_', ' ');
        const teller = where === 'nobody' ? where : `the ${where}`;
        return `${plain}: ${code} (${platform.errnoName(code)}), told by ${teller}`;
      }),
    };
  } finally {
    failures.close();
    rmSync(path, { force: true });
  }
}

export const stage: Stage = {
  id: 'port-errors',
  title: 'Packets of what failed',
  experiment: 'completion-port',
  mechanism: 'completion',
  about: 'six failures are brought about, and where each is told, by the call or by a packet',
  source: 'https://learn.microsoft.com/en-us/windows/win32/debug/system-error-codes',
  run,
};
