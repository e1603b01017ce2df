// An Arduino Uno with the lab's firmware. Without an address it is emulated: the same image that a
// real board runs, on avr8js, in a process of its own behind a pseudo-terminal. With one it is the
// board on that port. From the keeper on, nothing knows which of the two it is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DeviceGone } from '../errors.ts';
import type { Device, DeviceContext, DeviceFacts, DeviceSession } from './device.ts';

const facts: DeviceFacts = {
  id: 'uno',
  title: 'Arduino Uno (ATmega328P)',
  kind: 'stream',
  stamps: 'none',
  evidence: 'simulated',
  addressed: true,
  board: true,
  platforms: ['linux', 'darwin'],
  about: 'the lab’s firmware on an emulated ATmega328P; uno@PORT is a real board',
};

const image = fileURLToPath(new URL('../../firmware/images/uno.hex', import.meta.url));
const emulator = fileURLToPath(new URL('../boards/emulator.ts', import.meta.url));

interface Ready {
  readonly event: string;
  readonly path: string;
  readonly sha256: string;
}

async function startEmulated(context: DeviceContext): Promise<DeviceSession> {
  const { boardSession } = await import('./board.ts');
  const args = [emulator, '--board', 'uno', '--image', image];
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, IOLAB_PARENT_PID: String(process.pid) },
  });
  const ended = once(child, 'exit');
  const first = once(createInterface({ input: child.stdout }), 'line');
  const said = await Promise.race([first, ended.then(() => undefined)]);
  if (said === undefined) throw new DeviceGone('the emulator ended before it was ready');
  const ready = JSON.parse(String(said[0])) as Ready;
  let closing = false;
  void ended.then(() => {
    if (!closing) context.gone('the emulator ended');
  });
  const { platform, parameters } = context;
  const session = boardSession(platform, facts.id, ready.path, parameters);
  return {
    ...session,
    evidence: 'simulated',
    identity: {
      ...session.identity,
      emulator: 'avr8js',
      firmware_sha256: ready.sha256,
    },
    async close() {
      closing = true;
      await session.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export const device: Device = {
  ...facts,
  find: async () => [{ id: facts.id, title: 'Arduino Uno, emulated', ok: true }],
  async start(context) {
    if (context.address === '') return startEmulated(context);
    const { boardSession } = await import('./board.ts');
    const { platform, address, parameters } = context;
    return boardSession(platform, `${facts.id}@${address}`, address, parameters);
  },
};
