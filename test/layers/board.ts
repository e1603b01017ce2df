// Emulated boards for the tests of layers and examples: each a process of its own, ended after the
// file's tests; and what such a board says of its LED.
import { afterAll } from 'vitest';
import { type Emulator, emulated, startEmulator } from '../../lab/devices/parts/emulated.ts';

const started = new Set<Emulator>();
afterAll(async () => {
  await Promise.all([...started].map(one => one.stop()));
});

export interface TestBoard {
  readonly path: string;
  readonly emulator: Emulator;
  /** The LED's levels as they were seen, changes only. */
  readonly led: readonly boolean[];
  stop(): Promise<void>;
}

interface Status {
  readonly event: string;
  readonly led?: boolean;
}

export interface BoardOptions {
  readonly firmware?: 'lab' | 'firmata';
  /** `12:2` */
  readonly jumpers?: readonly string[];
  readonly link?: string;
}

/** How often a board tells of its LED. */
const STATUS_MS = 5;

export async function startBoard(options: BoardOptions = {}): Promise<TestBoard> {
  const { firmware = 'firmata', jumpers = [], link } = options;
  const emulator = await startEmulator([
    ...['--board', 'uno', '--image', emulated.uno.images[firmware]!],
    ...['--status', String(STATUS_MS)],
    ...jumpers.flatMap(one => ['--jumper', one]),
    ...(link ? ['--link', link] : []),
  ]);
  started.add(emulator);
  const seen: boolean[] = [];
  emulator.onLine = line => {
    const { event, led } = JSON.parse(line) as Status;
    if (event === 'status' && led !== undefined && led !== seen.at(-1)) seen.push(led);
  };
  const stop = async () => {
    started.delete(emulator);
    await emulator.stop();
  };
  return { path: link ?? emulator.ready.path, emulator, led: seen, stop };
}
