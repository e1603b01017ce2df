// An emulated board as a process of its own, behind a pseudo-terminal that any serial program may
// open:  node lab/boards/emulator.ts --board uno --image firmware/images/uno.hex [--link PATH]
// [--frozen]. Prints one line of JSON when it is ready; ends on SIGTERM, on SIGINT, or when its
// standard input closes. Opening the port resets the board, as DTR does on a real Uno.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WrongUsage } from '../errors.ts';
import { loadPlatform } from '../ffi/load.ts';
import { PtyBridge } from './bridge.ts';
import { parseHex } from './core/hex.ts';
import { UNO_CLOCK_HZ, UnoBoard } from './core/uno.ts';
import { makeLink, removeLink } from './link.ts';
import { Frozen, RealTime } from './pace.ts';

/** How often a closed port is looked at. */
const CLOSED_PAUSE_NS = 5e6;
/** The longest stretch of cycles between two looks at the line: half a millisecond. */
const SLICE_CYCLES = 8_000;
/** After a reset the firmware needs a moment to switch its receiver on: bytes wait until then. */
const START_UP_CYCLES = 16_000;
/** Bytes kept in the board's queue; the rest stays in the terminal's buffer, which slows the writer. */
const QUEUE_BYTES = 1024;

/** With this much unread by the program, nothing more is taken from it: answers must not pile up. */
const UNREAD_BYTES = 65_536;

interface Options {
  readonly image: string;
  readonly link: string | undefined;
  readonly frozen: boolean;
}

function readOptions(): Options {
  const { values } = parseOptions();
  if (values.board !== 'uno') throw new WrongUsage(`no emulated board "${values.board}": try uno`);
  if (!values.image) throw new WrongUsage('--image FILE.hex is missing');
  return { image: values.image, link: values.link, frozen: values.frozen };
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        board: { type: 'string', default: 'uno' },
        image: { type: 'string' },
        link: { type: 'string' },
        frozen: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new WrongUsage(reason(error));
  }
}

/** The board with its program in flash. Throws WrongUsage when the file is no image for it. */
function loadBoard(image: string): { board: UnoBoard; sha256: string } {
  try {
    const text = readFileSync(image);
    const board = new UnoBoard(parseHex(text.toString('latin1')));
    return { board, sha256: createHash('sha256').update(text).digest('hex') };
  } catch (error) {
    throw new WrongUsage(`${image}: ${reason(error)}`);
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function main(): Promise<void> {
  const options = readOptions();
  const { board, sha256 } = loadBoard(options.image);
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

  const pace = options.frozen ? new Frozen() : new RealTime(UNO_CLOCK_HZ);
  board.onTransmit((byte, cycle) => {
    bridge.send(byte);
    pace.activity(cycle);
  });
  const give = (byte: number) => {
    board.receive(byte);
    pace.activity(board.cycles);
  };
  /** Runs a slice. True when the board has reached the present. */
  const advance = (): boolean => {
    const target = pace.target(board, platform.now());
    if (board.cycles < target) board.run(Math.min(target, board.cycles + SLICE_CYCLES));
    bridge.flush();
    return board.cycles >= target;
  };
  const rest = () => {
    if (!bridge.open) {
      platform.sleepUntil(platform.now() + CLOSED_PAUSE_NS);
      return bridge.poll(0);
    }
    const now_ns = platform.now();
    const rest_ns = pace.rest_ns(board, now_ns);
    if (rest_ns >= 1e6) return bridge.poll(Math.floor(rest_ns / 1e6));
    if (rest_ns > 0) platform.sleepUntil(now_ns + rest_ns);
    bridge.poll(0);
  };
  const turn = () => {
    const was_open = bridge.open;
    rest();
    if (bridge.open && !was_open) {
      bridge.drop();
      board.reset();
      pace.restart(platform.now());
    }
    // A byte that came now must not reach a board that still lives in the past: its answer would
    // come back sooner than the wire can carry it.
    const present = advance();
    const room = board.pending_bytes < QUEUE_BYTES && bridge.unsent_bytes < UNREAD_BYTES;
    if (present && room && board.cycles >= START_UP_CYCLES && pace.takesInput(board))
      bridge.read(give);
    setImmediate(turn);
  };
  pace.restart(platform.now());
  const ready = { event: 'ready', path: bridge.path, pid: process.pid, board: 'uno', sha256 };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  turn();
}

main().catch((error: unknown) => {
  process.stderr.write(`${reason(error)}\n`);
  process.exit(error instanceof WrongUsage ? 2 : 70);
});
