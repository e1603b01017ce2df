// A real Uno's stand-in for tests of flashing: a boot loader that speaks STK500 version 1 (Atmel
// AVR061) as optiboot does, behind a pseudo-terminal, and after it the emulated Uno with what was
// written. Opening the port enters the boot loader; it leaves when it is told to, or when nobody has
// spoken to it for a moment. With --keep it acknowledges, and runs the lab's firmware whatever it got.
//   node test/helpers/bootloader.ts [LINK] [--spoil] [--deaf] [--keep]
import { readFileSync, symlinkSync, unlinkSync } from 'node:fs';
import { PtyBridge } from '../../lab/boards/bridge.ts';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';
import { Serving } from '../../lab/boards/serve.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';

const END = 0x20;
const IN_SYNC = 0x14;
const OK = 0x10;
const NO_SYNC = 0x15;
const FLASH_BYTES = 32_768;
/**
 * How long the boot loader waits for somebody: avrdude says nothing for the first 0.3 s, on a busy machine for
 * longer. The lab asks the program behind it for twice as long.
 */
const PATIENCE_NS = 2e9;

const SYNC = 0x30;
const GET_PARAMETER = 0x41;
const SET_DEVICE = 0x42;
const SET_DEVICE_EXT = 0x45;
const ENTER = 0x50;
const LEAVE = 0x51;
const LOAD_ADDRESS = 0x55;
const UNIVERSAL = 0x56;
const PROGRAM_PAGE = 0x64;
const READ_PAGE = 0x74;
const READ_SIGNATURE = 0x75;
/** Bytes after the command, END not counted; a page's length says more. */
const OPERANDS: Readonly<Record<number, number>> = {
  [SYNC]: 0,
  [GET_PARAMETER]: 1,
  [SET_DEVICE]: 20,
  [SET_DEVICE_EXT]: 5,
  [ENTER]: 0,
  [LEAVE]: 0,
  [LOAD_ADDRESS]: 2,
  [UNIVERSAL]: 4,
  [PROGRAM_PAGE]: 3,
  [READ_PAGE]: 3,
  [READ_SIGNATURE]: 0,
};
const SIGNATURE = [0x1e, 0x95, 0x0f];

const words = process.argv.slice(2);
const spoil = words.includes('--spoil');
const deaf = words.includes('--deaf');
const keep = words.includes('--keep');
const link = words.find(word => !word.startsWith('--'));

const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
let address = 0;
let pages = 0;
let input: number[] = [];
let left = false;

/** Carries out the command at the head of `input`; false where it is not whole yet. */
function step(bridge: PtyBridge): boolean {
  const command = input[0]!;
  const operands = OPERANDS[command];
  if (operands === undefined) {
    input.shift(); // no command: what comes before a program is in step
    return true;
  }
  const page = command === PROGRAM_PAGE ? (input[1]! << 8) | input[2]! : 0;
  const length = 1 + operands + page + 1;
  if (input.length < length) return false;
  const [, ...rest] = input.splice(0, length);
  if (rest.at(-1) !== END) {
    bridge.send(NO_SYNC);
    return true;
  }
  for (const byte of [IN_SYNC, ...answer(command, rest.slice(0, -1)), OK]) bridge.send(byte);
  return true;
}

function answer(command: number, operands: readonly number[]): readonly number[] {
  const [first = 0, second = 0] = operands;
  if (command === GET_PARAMETER) return [first === 0x81 ? 4 : first === 0x82 ? 4 : 3];
  if (command === UNIVERSAL) return [0];
  if (command === READ_SIGNATURE) return SIGNATURE;
  if (command === LOAD_ADDRESS) address = 2 * ((second << 8) | first);
  if (command === PROGRAM_PAGE) {
    flash.set(operands.slice(3), address);
    pages++;
  }
  if (command === READ_PAGE) {
    const bytes = [...flash.subarray(address, address + ((first << 8) | second))];
    return spoil ? bytes.map(byte => byte ^ 1) : bytes;
  }
  if (command === LEAVE) left = true;
  return [];
}

const platform = await loadPlatform();
const bridge = new PtyBridge(platform);
if (link) {
  symlinkSync(bridge.path, link);
  process.on('exit', () => unlinkSync(link));
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();

let serving: Serving | undefined;
let openings = 0;
let heard_ns = 0;

const labProgram = () =>
  parseHex(readFileSync(new URL('../../firmware/images/uno.hex', import.meta.url), 'latin1'));

/** The program that was written starts; without one the boot loader goes on. */
function start(): void {
  if (pages === 0) return;
  serving = new Serving(platform, bridge, new UnoBoard(keep ? labProgram() : flash), false);
}

function turn(): void {
  setImmediate(turn);
  if (serving) serving.turn();
  else bridge.poll(5);
  if (bridge.openings !== openings) {
    openings = bridge.openings;
    serving = undefined;
    left = false;
    input = [];
    bridge.drop();
    heard_ns = platform.now();
  }
  if (serving) return;
  const bytes = bridge.read();
  if (bytes.length > 0 && !deaf) {
    input.push(...bytes);
    while (input.length > 0 && step(bridge)) {
      if (bridge.unsent_bytes > 0) heard_ns = platform.now();
    }
    bridge.flush();
  }
  if (bridge.open && (left || platform.now() - heard_ns > PATIENCE_NS)) start();
}
process.stdout.write(`${JSON.stringify({ path: bridge.path })}\n`);
turn();
