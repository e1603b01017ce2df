// Our Firmata firmware on the emulated Uno, without a terminal in between: what the protocol's
// description asks for, and that no garbage stops it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRMATA_BAUD,
  type FirmataMessage,
  FirmataParser,
  queryVersion,
  reportAnalog,
  reportPort,
  setMode,
  sysex,
  sysexKinds,
  systemReset,
  writeAnalog,
  writePin,
  writePort,
} from '../../firmware/firmata/codec.ts';
import { parseHex } from '../../lab/boards/core/hex.ts';
import { UnoBoard } from '../../lab/boards/core/uno.ts';

const firmware = join(import.meta.dirname, '../../firmware');
const image = parseHex(readFileSync(join(firmware, 'images/firmata.hex'), 'latin1'));
const MS = 16_000;

class Client {
  readonly board = new UnoBoard(image);
  readonly parser = new FirmataParser();
  readonly messages: FirmataMessage[] = [];

  constructor() {
    this.board.onTransmit(byte => {
      const message = this.parser.pushByte(byte);
      if (message) this.messages.push(message);
    });
    this.run(20);
  }

  run(ms: number): void {
    this.board.run(this.board.cycles + ms * MS);
  }

  send(...all: readonly Uint8Array[]): void {
    for (const bytes of all) for (const byte of bytes) this.board.receive(byte);
  }

  /** What comes within `ms` after these were sent. */
  ask(ms: number, ...all: readonly Uint8Array[]): FirmataMessage[] {
    this.messages.length = 0;
    this.send(...all);
    this.run(ms);
    return [...this.messages];
  }
}

const digital = (messages: readonly FirmataMessage[]) =>
  messages.flatMap(one => (one.kind === 'digital' ? [[one.port, one.levels]] : []));
const analog = (messages: readonly FirmataMessage[]) =>
  messages.flatMap(one => (one.kind === 'analog' ? [[one.channel, one.value]] : []));

describe('what it says of itself', () => {
  test('version and name come by themselves after a reset, at the usual rate', () => {
    const { messages, board } = new Client();
    expect(messages).toEqual([
      { kind: 'version', major: 2, minor: 5 },
      { kind: 'firmware', name: 'iolab-firmata', major: 1, minor: 0 },
    ]);
    expect(Math.abs(board.baud / FIRMATA_BAUD - 1)).toBeLessThan(0.02);
  });

  test('version and name on request', () => {
    const answers = new Client().ask(20, queryVersion(), sysex('firmware'));
    expect(answers.map(one => one.kind)).toEqual(['version', 'firmware']);
  });

  test('capabilities: modes and bits of 20 pins, nothing of the serial line', () => {
    const [answer] = new Client().ask(60, sysex('capability_query'));
    if (answer?.kind !== 'sysex') throw new Error('no answer to the capability query');
    expect(answer.about).toBe(sysexKinds.capability);
    const text = answer.data.join(' ');
    const pins = text.split(/ ?\b127\b ?/).slice(0, -1);
    expect(pins).toHaveLength(20);
    expect(pins.slice(0, 3)).toEqual(['', '', '0 1 11 1 1 1']);
    expect(pins.flatMap((modes, pin) => (modes.endsWith('3 8') ? [pin] : []))).toEqual([
      3, 5, 6, 9, 10, 11,
    ]);
    expect(pins.flatMap((modes, pin) => (modes.endsWith('2 10') ? [pin] : []))).toEqual([
      14, 15, 16, 17, 18, 19,
    ]);
  });

  test('analog mapping: channels 0 to 5 are pins 14 to 19', () => {
    const [answer] = new Client().ask(20, sysex('mapping_query'));
    const data = [...Array(14).fill(127), 0, 1, 2, 3, 4, 5];
    expect(answer).toEqual({ kind: 'sysex', about: sysexKinds.mapping, data });
  });

  test('pin state: mode and what was written', () => {
    const client = new Client();
    client.send(setMode(13, 'output'), writePin(13, true), setMode(2, 'pullup'));
    client.send(setMode(9, 'pwm'), writeAnalog(9, 200));
    const state = (pin: number) => {
      const [answer] = client.ask(20, sysex('state_query', pin));
      return answer?.kind === 'sysex' ? answer.data : undefined;
    };
    expect([13, 2, 9, 14, 7].map(state)).toEqual([
      [13, 1, 1],
      [2, 11, 1],
      [9, 3, 72, 1],
      [14, 2, 0],
      [7, 0, 0],
    ]);
    expect(state(20), 'there is no pin 20').toBeUndefined();
  });
});

describe('digital', () => {
  test('outputs by pin and by port', () => {
    const client = new Client();
    const { board } = client;
    client.ask(5, setMode(13, 'output'), setMode(12, 'output'), writePin(13, true));
    expect([board.pin(13), board.pin(12)]).toEqual([true, false]);
    client.ask(5, writePort(1, 0b01_0000));
    expect([board.pin(13), board.pin(12)]).toEqual([false, true]);
    client.ask(5, writePin(7, true));
    expect(board.pin(7), 'an input is not driven').toBe(false);
  });

  test('a port is told at once when its reporting begins, then at every change', () => {
    const client = new Client();
    client.board.drive(4, true);
    expect(digital(client.ask(10, setMode(4, 'input'), reportPort(0, true)))).toEqual([[0, 0x10]]);
    client.board.drive(7, true);
    client.run(3);
    client.board.drive(4, false);
    client.run(3);
    expect(digital(client.messages)).toEqual([
      [0, 0x10],
      [0, 0x90],
      [0, 0x80],
    ]);
    expect(digital(client.ask(10, reportPort(0, false)))).toEqual([]);
    client.board.drive(4, true);
    client.run(10);
    expect(digital(client.messages)).toEqual([]);
  });

  test('an edge wakes the sleeping board: it is told within a fraction of a millisecond', () => {
    const client = new Client();
    client.ask(10, reportPort(0, true));
    let sent = 0;
    client.board.onTransmit((_, cycle) => {
      sent ||= cycle;
    });
    const edge = client.board.cycles;
    client.board.drive(2, true);
    client.run(3);
    expect(sent - edge - client.board.byte_cycles).toBeLessThan(0.1 * MS);
    expect(client.board.asleep).toBe(true);
  });

  test('a pull-up reads high until the switch closes; analog pins can be digital', () => {
    const client = new Client();
    expect(digital(client.ask(10, setMode(16, 'pullup'), reportPort(2, true)))).toEqual([[2, 1]]);
    client.messages.length = 0;
    client.board.drive(16, false);
    client.run(5);
    expect(digital(client.messages)).toEqual([[2, 0]]);
  });

  test('a jumper from 12 to 2: each toggle comes back as one report', () => {
    const client = new Client();
    client.board.connect(12, 2);
    client.ask(10, setMode(12, 'output'), setMode(2, 'input'), reportPort(0, true));
    for (const level of [true, false, true]) {
      expect(digital(client.ask(5, writePort(1, level ? 0x10 : 0)))).toEqual([[0, level ? 4 : 0]]);
    }
  });
});

describe('analog', () => {
  test('a channel is told at once, then at the interval', () => {
    const client = new Client();
    client.board.apply(14, 2.5);
    expect(analog(client.ask(8, reportAnalog(0, true)))).toContainEqual([0, 512]);
    client.board.apply(14, 1);
    const told = analog(client.ask(200, sysex('sampling_interval', 50, 0)));
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThanOrEqual(5);
    expect(told.at(-1)).toEqual([0, 204]);
    expect(analog(client.ask(100, reportAnalog(0, false))).length).toBeLessThanOrEqual(1);
  });

  test('the interval has a floor, so that the line is never full of reports', () => {
    const client = new Client();
    for (const channel of [0, 1, 2, 3, 4, 5]) client.send(reportAnalog(channel, true));
    const told = analog(client.ask(100, sysex('sampling_interval', 1, 0)));
    expect(told.length).toBeGreaterThan(40);
    expect(told.length).toBeLessThan(80);
  });

  test.each([3, 5, 6, 9, 10, 11])('pulses on pin %d are as wide as asked', pin => {
    const client = new Client();
    const changes: [boolean, number][] = [];
    client.board.onPin((one, level, cycle) => {
      if (one === pin) changes.push([level, cycle]);
    });
    client.ask(20, setMode(pin, 'pwm'), writeAnalog(pin, 64));
    const rises = changes.filter(([level]) => level).slice(1);
    const falls = changes.filter(([level, cycle]) => !level && cycle > rises[0]![1]);
    expect(rises.length).toBeGreaterThan(5);
    const period = rises[1]![1] - rises[0]![1];
    expect(period / (256 * 64)).toBeCloseTo(1, 2);
    expect((falls[0]![1] - rises[0]![1]) / period).toBeCloseTo(64 / 255, 1);
    client.ask(5, writeAnalog(pin, 255));
    expect(client.board.pin(pin)).toBe(true);
    changes.length = 0;
    client.run(10);
    expect(changes, 'full is steady').toEqual([]);
    client.ask(5, sysex('extended_analog', pin, 0, 0));
    expect(client.board.pin(pin)).toBe(false);
    client.ask(5, writeAnalog(pin, 64), setMode(pin, 'input'));
    expect(client.board.pin(pin), 'an input makes no pulses').toBe(false);
  });
});

describe('faults', () => {
  test('a mode that a pin has not is refused in words', () => {
    const client = new Client();
    for (const wrong of [setMode(13, 'pwm'), setMode(13, 'analog'), setMode(0, 'output')]) {
      const answers = client.ask(30, wrong);
      expect(answers).toEqual([{ kind: 'string', text: 'pin has no such mode' }]);
    }
  });

  test('system reset: outputs are let go, reports end', () => {
    const client = new Client();
    client.ask(10, setMode(13, 'output'), writePin(13, true), reportPort(0, true));
    client.ask(10, reportAnalog(0, true));
    client.ask(10, systemReset());
    expect(client.board.pin(13)).toBe(false);
    client.board.drive(2, true);
    expect(client.ask(100)).toEqual([]);
  });

  test('a new message takes the place of one that was cut short', () => {
    const client = new Client();
    const cut = Uint8Array.of(0xf0, 0x6b);
    expect(client.ask(10, cut, queryVersion()).map(one => one.kind)).toEqual(['version']);
    expect(client.ask(10, Uint8Array.of(0x90, 1), queryVersion())).toHaveLength(1);
  });

  test('a burst as long as the ring is taken without a loss', () => {
    const client = new Client();
    const burst = Array.from({ length: 80 }, () => writePort(1, 0));
    const kinds = client.ask(200, sysex('capability_query'), ...burst, queryVersion());
    expect(kinds.map(one => one.kind)).toEqual(['sysex', 'version']);
    expect(client.board.lost_bytes).toBe(0);
  });

  test('100 000 random bytes: it still answers', () => {
    const client = new Client();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 500, maxLength: 500 }), bytes => {
        client.send(bytes);
        client.run(95);
        expect(client.board.pending_bytes).toBe(0);
      }),
      { numRuns: 200, seed: 7 },
    );
    client.run(2000); // what it was asked for in vain
    const answers = client.ask(100, systemReset(), queryVersion());
    expect(answers).toContainEqual({ kind: 'version', major: 2, minor: 5 });
    expect(client.board.lost_bytes).toBe(0);
  }, 120_000);

  test('the host’s parser takes any bytes and finds the message after them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const parser = new FirmataParser();
        parser.push(bytes);
        expect(parser.push(Uint8Array.of(0xf9, 2, 5))).toEqual([
          { kind: 'version', major: 2, minor: 5 },
        ]);
      }),
    );
  });
});

const compiler = spawnSync('avr-gcc', ['--version'], { encoding: 'latin1' }).stdout?.split('\n')[0];
const named = readFileSync(join(firmware, 'images/COMPILER'), 'latin1').split('\n');
const same = compiler !== undefined && named.includes(compiler);
if (!same) console.log(`firmata rebuild left out: here is ${compiler ?? 'no avr-gcc'}`);

test.runIf(same)('the sources give the committed image bit for bit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-firmata-'));
  try {
    const path = join(folder, 'firmata.hex');
    execFileSync('make', ['-C', firmware, `OUT=${folder}`, path], { stdio: 'pipe' });
    const committed = readFileSync(join(firmware, 'images/firmata.hex'), 'latin1');
    const equal = readFileSync(path, 'latin1') === committed;
    expect(equal, 'the image is older than its sources: run make -C firmware firmata').toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
