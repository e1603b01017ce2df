// The suite that every driver passes, driven directly and without a cell, over every device it says
// it serves. The idea is unstorage's: conformance as an exported function, so that a new driver's
// test is a line, or none (drivers.test.ts runs it over whatever lab/drivers holds).
import { describe, expect, it } from 'vitest';
import type { Driver, DriverFacts, Probe, Target } from '../../lab/drivers/driver.ts';
import { SystemCallError, Unsupported } from '../../lab/errors.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Platform } from '../../lab/ffi/platform.ts';
import { blockCases, writeCases } from './blocks.ts';
import { type Closable, closingCases } from './closing.ts';
import {
  folderTarget,
  nullTarget,
  openBlocks,
  openFifo,
  openSocket,
  openTerminal,
} from './lines.ts';
import { contextFor, Session } from './session.ts';
import { streamCases } from './streams.ts';
import { openPipe, openTcp } from './windows-lines.ts';

const nullDevice = (): Closable => ({ target: nullTarget, close() {} });
const smallFile = (): Closable => openBlocks(512);
const scratch = (): Closable => openBlocks(64, true);

const windows = process.platform === 'win32';
const pipe = windows ? openPipe : openFifo;
const socket = windows ? openTcp : openSocket;

const devices: Readonly<Record<string, (platform: Platform) => Closable>> = {
  fifo: pipe,
  ...(windows ? {} : { pty: openTerminal }),
  socket,
  file: smallFile,
  scratch,
  null: nullDevice,
};

/** What a machine may lack or forbid, told with its errno. */
const LACKED = ['EPERM', 'ENOSYS', 'ENOMEM', 'EOPNOTSUPP', 'WSAEOPNOTSUPP'];
/** The whole call is taken away, as containers do, or this kernel was built without it. */
const TAKEN_AWAY = ['EPERM', 'ENOSYS'];
const NO_CONTROLLER = 'it wants an NVMe controller for itself: test/registers/nvme/vm.test.ts';
const NO_POLLED_QUEUE = 'it wants a disk with polled queues: test/registers/orders.test.ts';
/** Drivers that nothing in `devices` can serve on any machine of CI, and where they are tried instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  kqueue: 'Linux has no kqueue: test/drivers/kqueue.test.ts brings a library that plays it',
  'io-uring-hybrid': `${NO_POLLED_QUEUE}, with Linux 6.13`,
  'io-uring-iopoll': NO_POLLED_QUEUE,
  'nvme-msix': NO_CONTROLLER,
  'nvme-poll': NO_CONTROLLER,
};

/** Are drivers optional no more? Then what none of the suite's devices can be read with is a failure. */
const demanded =
  process.platform === 'linux' &&
  process.env.IOLAB_REQUIRE?.split(',').includes('drivers') === true;

/**
 * Why this driver need not serve this machine though it claims to, or undefined where it must. Its refusal has
 * this errno.
 */
export function excuseOf(
  { id, page_cache }: Pick<DriverFacts, 'id' | 'page_cache'>,
  errno: string | undefined,
  required = demanded,
): string | undefined {
  const elsewhere = ELSEWHERE[id];
  if (required) return errno && TAKEN_AWAY.includes(errno) ? errno : elsewhere;
  if (errno === undefined) return undefined;
  // What a file system says that has no direct I/O.
  const lacked = page_cache === 'past' ? [...LACKED, 'EINVAL'] : LACKED;
  return lacked.includes(errno) ? errno : undefined;
}

async function probeOn(
  driver: Driver,
  platform: Platform,
  open: (platform: Platform) => Closable,
): Promise<{ answer: Probe; target: Target }> {
  const device = open(platform);
  try {
    const { target } = device;
    return { answer: await driver.probe(contextFor(platform, target, { depth: 1 })), target };
  } finally {
    device.close();
  }
}

/** Registers the cases of one driver; `file` is its file name, which must be its id. */
export async function driverConformance(driver: Driver, file = driver.id): Promise<void> {
  const platform = await loadPlatform();
  const answers = new Map<string, { answer: Probe; target: Target }>();
  for (const [name, open] of Object.entries(devices)) {
    answers.set(name, await probeOn(driver, platform, open));
  }
  const serves = (name: string) => answers.get(name)?.answer.ok === true;

  describe(`driver ${driver.id}`, () => {
    factCases(driver, file);
    probeCases(driver, answers);
    errorCases(driver, platform);
    if (serves('fifo')) describe('on a pipe', () => streamCases(driver, platform, pipe));
    if (serves('pty')) describe('on a terminal', () => streamCases(driver, platform, openTerminal));
    if (serves('socket')) describe('on a socket', () => streamCases(driver, platform, socket));
    if (serves('file')) describe('on a file', () => blockCases(driver, platform));
    if (serves('scratch')) describe('on scratch', () => writeCases(driver, platform));
    if (serves('null')) describe('on the null device', () => nullCases(driver, platform));
    // A file that may be written is closed as one that may not.
    const closed = Object.keys(devices).filter(name => serves(name) && name !== 'scratch');
    for (const [place, name] of closed.entries()) {
      const open = devices[name]!;
      describe(`closed on ${name}`, () => closingCases(driver, platform, open, place === 0));
    }
  });
}

function factCases(driver: Driver, file: string): void {
  it('says what it is, completely', () => {
    const facts: DriverFacts = driver;
    expect(facts.id, 'the id is the file name').toBe(file);
    for (const name of ['title', 'cost', 'needs'] as const) {
      expect(facts[name].length, `${name} is a phrase`).toBeGreaterThan(3);
      expect(facts[name], `${name} has no full stop: it stands in tables`).not.toMatch(/\.$/);
    }
    expect(facts.cost, 'cost holds no measured number: numbers belong to records').not.toMatch(
      /\d+(\.\d+)?\s*(ns|µs|us|ms|%|×)/,
    );
    expect(facts.serves.length, 'serves names at least one kind of device').toBeGreaterThan(0);
    expect(facts.platforms.length, 'platforms names at least one system').toBeGreaterThan(0);
    const { protocol } = new URL(facts.source);
    expect(protocol, 'source is the address of a manual page or reference').toBe('https:');
    for (const [name, { meaning, default: usual }] of Object.entries(facts.parameters)) {
      expect(meaning, `${name} says what each value means`).toContain(`${usual}: `);
    }
    if (facts.reports === 'readiness') {
      expect(facts.serves, 'readiness says nothing about blocks').not.toContain('block');
    }
  });

  it('has an engine that runs on the loop it names', async () => {
    expect(['blocking', 'event']).toContain(driver.loop);
  });
}

function probeCases(
  driver: Driver,
  answers: ReadonlyMap<string, { answer: Probe; target: Target }>,
): void {
  const here = driver.platforms.includes(process.platform);

  it('says no with a reason and a fix, and yes only to what it claims', () => {
    for (const [name, { answer, target }] of answers) {
      if (answer.ok) {
        expect(here, `${driver.id} does not name ${process.platform} among its platforms`).toBe(
          true,
        );
        expect(driver.serves, `yes to ${name}, a kind it does not claim`).toContain(target.kind);
      } else {
        expect(answer.reason, `no to ${name}: why`).toMatch(/\S/);
        expect(answer.fix, `no to ${name}: what to do`).toMatch(/\S/);
        // Windows' names are longer, and Winsock's begin differently.
        if (answer.errno) expect(answer.errno).toMatch(/^(E[A-Z0-9]+|(ERROR|WAIT|WSA)[A-Z0-9_]+)$/);
      }
    }
  });

  for (const kind of driver.serves) {
    const asked = [...answers.values()].filter(({ target }) => target.kind === kind);
    if (asked.length === 0 || !here) continue;
    it(`says yes to a device of the kind ${kind}`, context => {
      if (asked.some(({ answer }) => answer.ok)) return;
      const reasons = asked.flatMap(({ answer }) => (answer.ok ? [] : [answer]));
      const excused = reasons.find(({ errno }) => excuseOf(driver, errno) !== undefined);
      if (excused) context.skip(`${driver.id} cannot be tried here: ${excused.reason}`);
      const told = reasons.map(({ reason, errno }) => (errno ? `${reason} (${errno})` : reason));
      const demand = demanded ? ', and IOLAB_REQUIRE asks for drivers' : '';
      expect.fail(
        `${driver.id} claims ${kind} and refuses all of them${demand}: ${told.join('; ')}`,
      );
    });
  }
}

function errorCases(driver: Driver, platform: Platform): void {
  const missing: Target = {
    ...folderTarget('stream'),
    device: 'missing',
    path: '/nonexistent/iolab',
    tty: true,
  };

  it('probes a thing that is not there without throwing', async () => {
    const answer = await driver.probe(contextFor(platform, missing));
    expect(answer.ok, 'nothing is there').toBe(false);
  });

  it('refuses to open a thing that is not there, with a name for the reason', async () => {
    const error = await driver.open(contextFor(platform, missing)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(
      error instanceof SystemCallError || error instanceof Unsupported,
      `open throws SystemCallError or Unsupported, not ${error}`,
    ).toBe(true);
  });

  for (const kind of ['stream', 'block'] as const) {
    if (!driver.serves.includes(kind)) continue;
    it(`takes no folder for a ${kind} device`, async () => {
      const target = folderTarget(kind);
      const answer = await driver.probe(contextFor(platform, target));
      expect(answer.ok, 'reading a folder fails (EISDIR), and a probe tries for real').toBe(false);
      const opened = await Session.open(driver, platform, target).catch((error: unknown) => error);
      if (!(opened instanceof Session)) {
        expect(opened instanceof SystemCallError || opened instanceof Unsupported).toBe(true);
        return;
      }
      opened.read(0, 64);
      expect((await opened.one()).result, 'a negated errno').toBeLessThan(0);
      await opened.close();
    });
  }
}

function nullCases(driver: Driver, platform: Platform): void {
  it('finishes what it is given, all of it, in order', async () => {
    const session = await Session.open(driver, platform, nullTarget, { depth: 8, slot_bytes: 512 });
    session.engine.operations.length_bytes.fill(512);
    for (let i = 0; i < 500; i++) {
      expect(session.submit([3, 1, 4, 0, 5, 7, 2, 6])).toBe(8);
      const all = await session.collect(8);
      expect(all.map(one => one.slot)).toEqual([3, 1, 4, 0, 5, 7, 2, 6]);
      expect(all.every(one => one.result === 512)).toBe(true);
    }
    expect(session.submit([0, 1, 2, 3, 4, 5, 6, 7, 0, 1]), 'eight slots: eight accepted').toBe(8);
    expect(session.submit([0]), 'a full queue accepts nothing').toBe(0);
    await session.collect(8);
    await session.close();
  });
}
