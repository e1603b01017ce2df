// Any real serial port, by its path: `serial@/dev/ttyACM0`. Found by the serialport package's
// discovery and by udev's stable by-id names. What is at the other end is asked, not assumed.
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Unsupported } from '../errors.ts';
import type { Device, DeviceFacts, FoundDevice } from './device.ts';

const facts: DeviceFacts = {
  id: 'serial',
  title: 'Serial port',
  kind: 'stream',
  stamps: 'none',
  evidence: 'hardware',
  addressed: true,
  board: true,
  echoes: true,
  platforms: ['linux', 'darwin', 'win32'],
  about: 'a serial port of this machine with a board that runs the lab’s firmware',
};

const BY_ID = '/dev/serial/by-id';

/** udev's names for the same ports: they stay when ports are plugged in another order. */
async function stableNames(): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  try {
    for (const name of await readdir(BY_ID)) {
      const path = join(BY_ID, name);
      names.set(await realpath(path), path);
    }
  } catch {
    // No udev, or no serial port: then there are no stable names.
  }
  return names;
}

/** A port that is there and not permitted is told apart from one that is not there. */
async function look(path: string, title: string): Promise<FoundDevice> {
  const id = `${facts.id}@${path}`;
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return { id, title, ok: true };
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? 'EACCES';
    const denied = errno === 'EACCES' || errno === 'EPERM';
    const reason = denied ? `no permission on ${path}` : `${path} cannot be opened`;
    const fix = denied ? 'join the group that owns it: see iolab doctor' : 'plug it in again';
    return { id, title, ok: false, reason, errno, fix };
  }
}

/** Ports that the serialport package finds, without the on-board ones that lead nowhere. */
async function listPorts(): Promise<{ path: string; title: string }[]> {
  try {
    const { SerialPort } = await import('serialport');
    const ports = await SerialPort.list();
    return ports
      .filter(port => port.vendorId !== undefined || !/^\/dev\/ttyS\d+$/.test(port.path))
      .map(({ path, manufacturer }) => ({ path, title: manufacturer ?? facts.title }));
  } catch {
    // Discovery needs udevadm; without it the by-id names still serve.
    return [];
  }
}

export const device: Device = {
  ...facts,
  async find() {
    if (process.platform === 'win32') {
      const ports = await listPorts();
      return ports.map(({ path, title }) => ({ id: `${facts.id}@${path}`, title, ok: true }));
    }
    const stable = await stableNames();
    const found = new Map<string, string>();
    for (const [path, name] of stable) found.set(path, name);
    const titles = new Map<string, string>();
    for (const { path, title } of await listPorts()) {
      const real = await realpath(path).catch(() => path);
      if (!found.has(real)) found.set(real, path);
      titles.set(real, title);
    }
    return Promise.all(
      [...found].map(([real, name]) => look(name, titles.get(real) ?? facts.title)),
    );
  },
  async start({ platform, address, parameters }) {
    if (address === '') {
      throw new Unsupported(
        'serial needs a port',
        'name one, as serial@/dev/ttyACM0; see iolab scan',
      );
    }
    if (platform.windows) {
      const { boardOnWindows } = await import('./parts/windows-board.ts');
      return boardOnWindows(platform, `${facts.id}@${address}`, address, parameters);
    }
    const { serialSession } = await import('./board.ts');
    return serialSession(platform, `${facts.id}@${address}`, address, parameters);
  },
};
