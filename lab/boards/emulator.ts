// An emulated board as a process of its own, behind a pseudo-terminal that any serial program may
// open:  node lab/boards/emulator.ts --board uno --image firmware/images/uno.hex [--link PATH]
// [--frozen] [--jumper 12:2 …] [--status MS]. Prints one line of JSON when it is ready, then (with
// --status) one about its state now and then; ends on SIGTERM, on SIGINT, or when its standard input
// closes.
import { parseArgs } from 'node:util';
import { SystemCallError, Unsupported, WrongUsage } from '../errors.ts';
import { loadPlatform } from '../ffi/load.ts';
import { PtyBridge } from './bridge.ts';
import { boardNames, type LoadedBoard, loadBoard } from './images.ts';
import { makeLink, removeLink } from './link.ts';
import { Serving } from './serve.ts';

/** By then firmware has set its clock: a few milliseconds. */
const CLOCK_SET_CYCLES = 40_000;

interface Options {
  readonly board: string;
  readonly image: string;
  readonly link: string | undefined;
  readonly frozen: boolean;
  /** Wires between pins: `12:2`. */
  readonly jumpers: readonly string[];
  /** Milliseconds between two lines about the board's state; 0 for none. */
  readonly status_ms: number;
}

function readOptions(): Options {
  const { board, image, link, frozen, jumper, status } = parseOptions();
  if (!boardNames.some(name => name === board)) {
    throw new WrongUsage(`no emulated board "${board}": try ${boardNames.join(' or ')}`);
  }
  if (!image) throw new WrongUsage('--image FILE is missing');
  const status_ms = Number(status);
  if (!(status_ms >= 0)) throw new WrongUsage(`--status ${status} is no number of milliseconds`);
  return { board, image, link, frozen, jumpers: jumper, status_ms };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        board: { type: 'string', default: 'uno' },
        image: { type: 'string' },
        link: { type: 'string' },
        frozen: { type: 'boolean', default: false },
        jumper: { type: 'string', multiple: true, default: [] },
        status: { type: 'string', default: '0' },
      },
    }).values;
  } catch (error) {
    throw new WrongUsage(reason(error));
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells about the board every `status_ms`; call it often. */
function reporter(serving: Serving, { led }: LoadedBoard, status_ms: number): () => void {
  let next_ms = 0;
  return () => {
    const now_ms = performance.now();
    if (status_ms === 0 || now_ms < next_ms) return;
    next_ms = now_ms + status_ms;
    say({ event: 'status', time_ms: now_ms, led: led(), ...serving.seen });
  };
}

/** Throws WrongUsage for a wire that the board cannot have. */
function wire({ connect }: LoadedBoard, jumpers: readonly string[], board: string): void {
  for (const jumper of jumpers) {
    const [from, to, more] = jumper.split(':');
    if (!from || !to || more !== undefined) {
      throw new WrongUsage(`--jumper ${jumper}: write it as 12:2`);
    }
    if (!connect) throw new WrongUsage(`--jumper: the emulated ${board} has no wires`);
    try {
      connect(from, to);
    } catch (error) {
      throw new WrongUsage(`--jumper ${jumper}: ${reason(error)}`);
    }
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  const loaded = await loadBoard(options.board, options.image);
  wire(loaded, options.jumpers, options.board);
  const platform = await loadPlatform();
  const bridge = new PtyBridge(platform);
  const { link } = options;
  if (link) makeLink(link, bridge.path);
  process.on('exit', () => {
    if (link) removeLink(link, bridge.path);
  });
  // With a link there is something to remove at the end, so the closing of stdin has to do.
  if (!link) platform.dieWithParent();
  const stop = () => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdin.on('end', stop).on('error', stop).resume();
  process.stdout.on('error', stop);

  const { board, sha256 } = loaded;
  // The firmware sets its clock first of all: what is told is the one it runs at.
  board.run(CLOCK_SET_CYCLES);
  const { clock_hz } = board;
  board.reset();
  const serving = new Serving(platform, bridge, board, options.frozen);
  const report = reporter(serving, loaded, options.status_ms);
  const { path } = bridge;
  say({ event: 'ready', path, pid: process.pid, board: options.board, clock_hz, sha256 });
  const turn = () => {
    serving.turn();
    report();
    setImmediate(turn);
  };
  turn();
}

/** As the command line: 2 wrong usage, 3 unsupported here, 70 a fault of ours. */
function exitCode(error: unknown): number {
  if (error instanceof WrongUsage) return 2;
  return error instanceof SystemCallError || error instanceof Unsupported ? 3 : 70;
}

main().catch((error: unknown) => {
  process.stderr.write(`${reason(error)}\n`);
  process.exit(exitCode(error));
});
