// The I/O service in this process, over several drivers: the same handlers get the same bytes, whether the
// driver is told of completions or of readiness.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDriver } from '../../lab/drivers/find.ts';
import { IOService } from '../../lab/examples/io-service.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import { type Line, openFifo, openTerminal } from '../conformance/lines.ts';

const platform = await loadPlatform();
const SLOT_BYTES = 64;
const text = (bytes: Uint8Array, length: number): string =>
  Buffer.from(bytes.subarray(0, length)).toString();

/** A service over this driver, or why there is none here. */
async function openService(line: Line, id: string, depth: number): Promise<IOService | string> {
  const driver = await findDriver(id);
  const { target } = line;
  const context = { platform, target, depth, slot_bytes: SLOT_BYTES, parameters: {} };
  const probe = await driver.probe(context);
  if (!probe.ok) return probe.reason;
  const engine = await driver.open(context);
  if (engine.loop !== 'blocking') throw new Error(`${id} lives on the event loop`);
  return new IOService(platform, engine, depth);
}

for (const id of ['poll', 'epoll', 'io-uring']) {
  describe(`the service on ${id}`, () => {
    let line: Line;
    let service: IOService;
    beforeEach(async context => {
      line = openFifo(platform);
      const opened = await openService(line, id, 1);
      if (typeof opened !== 'string') service = opened;
      else {
        line.close();
        context.skip(`${id} does not serve here: ${opened}`);
      }
    });
    afterEach(() => {
      service.close();
      service.close();
      line.close();
    });

    it('calls a handler from run and from nowhere else, with what was read', () => {
      line.send(Buffer.from('hello'));
      const seen: string[] = [];
      service.submit({ do: 'read' }, (result, bytes) => seen.push(text(bytes, result)));
      expect(seen).toEqual([]);
      expect(service.pending).toBe(1);
      expect(service.run(10_000)).toBe(true);
      expect(seen).toEqual(['hello']);
      expect(service.pending).toBe(0);
    });

    it('starts what a handler submits, and keeps the order of what waits for a slot', () => {
      const seen: string[] = [];
      const letter = (result: number, bytes: Uint8Array): void => {
        seen.push(text(bytes, result));
      };
      for (let i = 0; i < 4; i++) service.submit({ do: 'read', length: 1 }, letter);
      service.submit({ do: 'read', length: 1 }, (result, bytes) => {
        letter(result, bytes);
        service.submit({ do: 'read', length: 2 }, letter);
      });
      expect(service.pending).toBe(5);
      line.send(Buffer.from('abcdefg'));
      expect(service.run(10_000)).toBe(true);
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'fg']);
    });

    it('gives up where nothing comes, and goes on afterwards', () => {
      const seen: string[] = [];
      service.submit({ do: 'read' }, (result, bytes) => seen.push(text(bytes, result)));
      expect(service.run(20)).toBe(false);
      expect(service.pending).toBe(1);
      line.send(Buffer.from('late'));
      expect(service.run(10_000)).toBe(true);
      expect(seen).toEqual(['late']);
    });

    it('stops when it is told to', () => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        service.submit({ do: 'read', length: 1 }, (result, bytes) => {
          seen.push(text(bytes, result));
          service.stop();
        });
      }
      line.send(Buffer.from('xyz'));
      expect(service.run(10_000)).toBe(true);
      expect(seen).toEqual(['x']);
      expect(service.pending).toBe(2);
      service.run(10_000);
      service.run(10_000);
      expect(seen).toEqual(['x', 'y', 'z']);
    });

    it('tells the end of the file as 0', () => {
      const seen: number[] = [];
      line.hangUp();
      service.submit({ do: 'read' }, result => seen.push(result));
      expect(service.run(10_000)).toBe(true);
      expect(seen).toEqual([0]);
    });

    it('resolves promises between its waits', async () => {
      const seen: string[] = [];
      const letter = (): Promise<string> =>
        new Promise(resolve => {
          const answer = (result: number, bytes: Uint8Array) => resolve(text(bytes, result));
          service.submit({ do: 'read', length: 1 }, answer);
        });
      const both = (async () => {
        seen.push(await letter());
        seen.push(await letter());
      })();
      line.send(Buffer.from('no'));
      expect(await service.runAsync(10_000)).toBe(true);
      await both;
      expect(seen).toEqual(['n', 'o']);
    });

    it('frees the slot of a handler that throws', () => {
      line.send(Buffer.from('ab'));
      service.submit({ do: 'read', length: 1 }, () => {
        throw new Error('thrown by a handler');
      });
      expect(() => service.run(10_000)).toThrow('thrown by a handler');
      const seen: string[] = [];
      service.submit({ do: 'read', length: 1 }, (n, bytes) => seen.push(text(bytes, n)));
      service.run(10_000);
      expect(seen).toEqual(['b']);
    });

    it('refuses what fits no slot', () => {
      expect(() => service.submit({ do: 'read', length: SLOT_BYTES + 1 }, () => {})).toThrow(
        '65 bytes do not fit a slot of 64',
      );
    });
  });

  it(`calls the others after one that threw, and none after it was closed, on ${id}`, async context => {
    const line = openFifo(platform);
    const service = await openService(line, id, 3);
    if (typeof service === 'string') {
      line.close();
      return context.skip(`${id} does not serve here: ${service}`);
    }
    const seen: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      service.submit({ do: 'read', length: 1 }, () => {
        seen.push(name);
        if (seen.length === 1) throw new Error(`${name} threw`);
      });
    }
    line.send(Buffer.from('abc'));
    expect(() => service.run(10_000)).toThrow(/threw/);
    expect(service.run(10_000)).toBe(true);
    expect(seen.sort()).toEqual(['first', 'second', 'third']);
    for (let i = 0; i < 5; i++) {
      service.submit({ do: 'read' }, () => expect.unreachable('it was closed'));
    }
    expect(service.run(10), 'nothing comes').toBe(false);
    service.close();
    line.close();
  });

  it(`writes and reads at once on ${id}`, async context => {
    const line = openTerminal(platform);
    const service = await openService(line, id, 2);
    if (typeof service === 'string') {
      line.close();
      return context.skip(`${id} does not serve here: ${service}`);
    }
    const seen: string[] = [];
    const question = Buffer.from('question');
    service.submit({ do: 'write', bytes: question }, result => {
      seen.push(`wrote ${result}`);
      expect(Buffer.from(line.receive(8)).toString()).toBe('question');
      line.send(Buffer.from('answer'));
      service.submit({ do: 'read' }, (n, bytes) => seen.push(text(bytes, n)));
    });
    expect(service.run(10_000)).toBe(true);
    expect(seen).toEqual(['wrote 8', 'answer']);
    service.close();
    line.close();
  });
}
