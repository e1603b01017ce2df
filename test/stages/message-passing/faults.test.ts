// What must not go unnoticed: a message of the wrong shape or out of its turn, a mailbox that is full or silent,
// a flow that is ended from outside, an Erlang that is missing, wrong or killed.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unsupported } from '../../../lab/errors.ts';
import { loadPlatform } from '../../../lab/ffi/load.ts';
import { check, messageOf, WORDS } from '../../../lab/stages/message-passing/parts/message.ts';
import { Pipes } from '../../../lab/stages/message-passing/parts/pipes.ts';
import {
  CAPACITY,
  mailboxMemory,
  SharedMailbox,
} from '../../../lab/stages/message-passing/parts/shared-mailbox.ts';
import { closedGate, Workers } from '../../../lab/stages/message-passing/parts/workers.ts';
import { ErlangProgram, numberOf } from '../../../lab/stages/parts/erlang.ts';
import { descendants } from '../../conformance/devices.ts';
import { held } from '../run.ts';
import { erlangHere } from './erlang.ts';

const platform = await loadPlatform();
const parts = new URL('../../../lab/stages/message-passing/parts/', import.meta.url);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-mail-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a message', () => {
  it('is known by its number and by every word', () => {
    expect(() => check(messageOf(7), 7)).not.toThrow();
    expect(() => check(messageOf(8), 7)).toThrow('message 8 came in the place of 7');
    const spoilt = messageOf(7);
    spoilt[9]!++;
    expect(() => check(spoilt, 7)).toThrow(/word 9 of message 7 is 227, not 226/);
    expect(() => check(messageOf(7).subarray(1), 7)).toThrow(/wrong shape: 15 words instead of 16/);
    for (const other of ['7', undefined, [...messageOf(7)]]) {
      expect(() => check(other, 7)).toThrow(/message 7 has the wrong shape/);
    }
  });
});

describe('a shared mailbox', () => {
  it('takes as many as it holds, gives them in their order, and goes round', () => {
    const mailbox = new SharedMailbox(mailboxMemory());
    let [sent, received] = [0, 0];
    for (let turn = 0; turn < 5; turn++) {
      while (mailbox.send(messageOf(sent), 0)) sent++;
      expect(sent - received, 'full').toBe(CAPACITY);
      for (let i = 0; i < CAPACITY - turn * 7; i++) check(mailbox.receive(0), received++);
    }
    while (received < sent) check(mailbox.receive(0), received++);
    expect(mailbox.receive(5), 'empty, also after a while').toBeUndefined();
  });

  it('refuses what is no whole message', () => {
    const mailbox = new SharedMailbox(mailboxMemory());
    expect(() => mailbox.send(new Int32Array(WORDS - 1), 0)).toThrow(/a message has 16 words/);
    expect(mailbox.receive(0)).toBeUndefined();
  });
});

describe('flows that end too early', () => {
  const task = (inbox: object, outbox: object) => ({
    ...{ role: 'relay', at: 0, every: 1, count: 0, speaks: false, patience_ms: 1 },
    ...{ gate: closedGate(), inbox, outbox },
  });

  it('in a worker: the error of its handler is the error of the wait', async () => {
    const workers = new Workers(new URL('event-flow.ts', parts));
    const [one, other] = [new MessageChannel(), new MessageChannel()];
    await workers.start(task(one.port2, other.port2), [one.port2, other.port2]);
    const waiting = workers.awaited(new Promise(() => {}), 'a message');
    one.port1.postMessage(messageOf(3));
    await expect(waiting).rejects.toThrow('message 3 came in the place of 0');
    await workers.close();
    for (const port of [one.port1, other.port1]) port.close();
  });

  it('in a worker that sleeps in shared memory: learned of afterwards', async () => {
    const workers = new Workers(new URL('blocking-flow.ts', parts));
    const [inbox, outbox] = [mailboxMemory(), mailboxMemory()];
    await workers.start(task(inbox, outbox), []);
    new SharedMailbox(inbox).send(messageOf(3), 0);
    expect(new SharedMailbox(outbox).receive(200), 'silence').toBeUndefined();
    await expect(workers.failure()).rejects.toThrow('message 3 came in the place of 0');
    await workers.close();
  });

  it.skipIf(process.platform !== 'linux')('a process that is killed ends the pipes', () => {
    const before = { ...held(), children: descendants(process.pid) };
    const pipes = new Pipes(platform);
    const [to, from] = [pipes.pipe(), pipes.pipe()];
    pipes.start(['relay', 0, 1], to.reader, from.writer);
    pipes.send(to.writer, messageOf(0));
    check(pipes.receive(from.reader), 1);
    process.kill(pipes.pids[0]!, 'SIGKILL');
    expect(pipes.receive(from.reader), 'the end, and not silence').toBeUndefined();
    const sendOn = () => {
      // The kernel closes the ends of a dead process in an order of its own.
      pipes.refuse(to.writer, true);
      for (let i = 0; i < 1000; i++) {
        pipes.send(to.writer, messageOf(1));
        platform.sleepUntil(platform.now() + 1e6);
      }
    };
    expect(sendOn).toThrow(/write: EPIPE/);
    pipes.close();
    pipes.close();
    expect({ ...held(), children: descendants(process.pid) }).toEqual(before);
  });
});

describe('Erlang', () => {
  const forms = new URL('../programs/forms.erl', parts);
  const words = [2, 6, 2, 10, 10, 10];
  const start = (program = forms) => ErlangProgram.start({ program, folder, words, processes: 10 });
  /** A program of a test's own. */
  function program(text: string): URL {
    const path = join(folder, 'own.erl');
    writeFileSync(path, `-module(own).\n-export([main/1]).\n${text}\n`);
    return pathToFileURL(path);
  }

  it('that is not here is unsupported, with the way to get it', async () => {
    const { PATH } = process.env;
    try {
      process.env.PATH = folder;
      const absent = await start().catch((error: Error) => error);
      expect(absent).toBeInstanceOf(Unsupported);
      expect(absent).toMatchObject({
        reason: 'erlc is not here',
        fix: 'iolab bench install erlang',
      });
      writeFileSync(join(folder, 'erlc'), '#!/bin/sh\n');
      chmodSync(join(folder, 'erlc'), 0o755);
      await expect(start(), 'the compiler alone').rejects.toMatchObject({
        reason: 'erl is not here',
      });
    } finally {
      process.env.PATH = PATH;
    }
  });

  it.skipIf(!erlangHere)('that is killed, or crashes, tells its last words', async () => {
    const killed = await start();
    await killed.step('begins');
    process.kill(killed.pid, 'SIGKILL');
    await expect(killed.step('made')).rejects.toThrow(/Erlang ended before “made”/);
    await killed.close();
    const crashing = await start(program('main(_) -> error(out_of_coffee).'));
    await expect(crashing.step('begins')).rejects.toThrow(/out_of_coffee/);
    await crashing.close();
  });

  it.skipIf(!erlangHere)('that does not compile, or says something else, is told', async () => {
    await expect(start(program('main(_) -> nowhere().'))).rejects.toThrow(/erlc: .*nowhere\/0/s);
    const other = await start(program('main(_) -> io:put_chars("said x=1 y=one\\n"), halt(0).'));
    const said = await other.step('said');
    expect(numberOf(said, 'x')).toBe(1);
    for (const key of ['y', 'z']) {
      expect(() => numberOf(said, key)).toThrow(`Erlang told no number for ${key}`);
    }
    await other.close();
  });

  it.skipIf(!erlangHere)('halts when nobody is there to lead it on', async () => {
    const left = await start();
    await left.step('begins');
    left.leave();
    await expect(left.step('made')).rejects.toThrow(/Erlang ended before “made”/);
    await left.close();
    expect(descendants(process.pid)).toEqual([]);
  });
});
