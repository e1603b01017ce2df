// What is no file, pipe or socket, through the same drivers: the emulated Uno behind a serial port, and a
// disk image as a raw drive, which is only ever read.
//   node … inside/handles.ts port COM7 | drive R: BLOCKS

import { decodeReply, encodeCommand, FrameParser } from '../../../../firmware/protocol/codec.ts';
import type { Target } from '../../../../lab/drivers/driver.ts';
import { findDriver } from '../../../../lab/drivers/find.ts';
import { loadPlatform } from '../../../../lab/ffi/load.ts';
import { Session } from '../../../conformance/session.ts';
import { afterEach, describe, expect, it, report } from './suite.ts';

const [what = '', name = '', more = '0'] = process.argv.slice(2);
const platform = await loadPlatform();
const DRIVERS = ['iocp', 'overlapped-event', 'alertable', 'overlapped-poll', 'sync-file'];
const BLOCK_BYTES = 4096;
const PINGS = 20;
let session: Session | undefined;

afterEach(async () => {
  await session?.close();
  session = undefined;
});

const open = async (id: string, target: Target, depth: number): Promise<Session> => {
  session = await Session.open(await findDriver(id), platform, target, { depth });
  return session;
};

function port(): void {
  const target: Target = {
    device: 'serial',
    kind: 'stream',
    path: `\\\\.\\${name}`,
    tty: true,
    baud: 115_200,
    writable: true,
  };
  for (const id of DRIVERS) {
    it(`${id} asks the board ${PINGS} times, and is answered in order`, async () => {
      const line = await open(id, target, 2);
      const parser = new FrameParser();
      const replyTo = async (kind: string) => {
        for (;;) {
          line.read(1, 64);
          const { result, bytes } = await line.one();
          if (result <= 0) throw new Error(`the line ended with ${result}`);
          const found = parser.push(bytes).find(frame => decodeReply(frame).kind === kind);
          if (found) return found;
        }
      };
      // Opening the port has reset the emulated board, which says so when it is up.
      await replyTo('ready');
      for (let i = 0; i < PINGS; i++) {
        const asked = encodeCommand({ kind: 'ping' }, i);
        line.write(0, asked);
        expect((await line.one()).result, 'the whole command was taken').toBe(asked.length);
        expect((await replyTo('ping')).sequence).toBe(i);
      }
    });
  }
}

function drive(): void {
  const blocks = Number(more);
  const bytes = blocks * BLOCK_BYTES;
  const target: Target = {
    device: 'drive',
    kind: 'block',
    path: `\\\\.\\${name}`,
    tty: false,
    writable: false,
    bytes,
  };
  for (const id of DRIVERS) {
    it(`${id} reads every block of the drive`, async () => {
      const disk = await open(id, target, 4);
      const asked = new Map<number, number>();
      let next = 0;
      const ask = (slot: number) => {
        if (next === blocks) return;
        asked.set(slot, next);
        disk.read(slot, BLOCK_BYTES, next++ * BLOCK_BYTES);
      };
      for (let slot = 0; slot < 4; slot++) ask(slot);
      for (let done = 0; done < blocks; ) {
        for (const { slot, result, bytes: got } of await disk.wait(1, platform.now() + 5e9)) {
          expect(result).toBe(BLOCK_BYTES);
          expect(new Uint32Array(got.buffer)[0], 'the block that was asked for').toBe(
            asked.get(slot),
          );
          done++;
          ask(slot);
        }
      }
    });
  }
  it('refuses to write to it, whatever is asked', async () => {
    const driver = await findDriver('iocp');
    const writable = { ...target, writable: true };
    const answer = await driver.probe({
      platform,
      target: writable,
      depth: 1,
      slot_bytes: BLOCK_BYTES,
      parameters: {},
    });
    expect(answer.ok, 'no drive is ever opened for writing').toBe(false);
  });
}

describe(what, what === 'port' ? port : drive);
process.exit((await report()) === 0 ? 0 : 1);
