// The reference says what the sources say: every public name is there with its comment and its line, no
// public name is silent, and commands and exit codes are those of the command line itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../lab/cli/terminal/output.ts';
import { RecordSchema } from '../../lab/records/schema.ts';
import { commands, exitCodes } from '../../site/reference/commands.ts';
import { inlineOf } from '../../site/reference/inline.ts';
import { anchorsOf, membersAsAllowed } from '../../site/reference/names.ts';
import { apart, readReference } from '../../site/reference/read.ts';
import { errorNames, referenceFiles, rooms, undocumented } from '../../site/reference/rooms.ts';
import type { ReferenceItem } from '../../site/reference/types.ts';
import { unitOf } from '../../site/reference/units.ts';

const root = resolve(import.meta.dirname, '../..');
const files = referenceFiles();
const item = (file: string, name: string): ReferenceItem => {
  const found = files.get(file)?.items.find(one => one.name === name);
  expect(found, `${file} has no ${name}`).toBeDefined();
  return found!;
};

describe('the reference', () => {
  it('has every public name of its rooms, at the line where it stands', () => {
    for (const { file, items } of files.values()) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      const declared = lines.flatMap((line, at) => {
        const name =
          /^export (?:async |abstract )?(?:function|interface|type|class|const) (\w+)/.exec(
            line,
          )?.[1];
        return name === undefined ? [] : [`${name} ${at + 1}`];
      });
      expect(
        items.map(({ name, line }) => `${name} ${line}`),
        file,
      ).toEqual(declared);
    }
    expect(files.size).toBeGreaterThan(30);
  });

  it('leaves no public name without a word', () => {
    expect(undocumented(files.values()), 'write a doc comment above it').toEqual([]);
  });

  it('tells of the interfaces what a contributor needs', () => {
    const driver = item('lab/drivers/driver.ts', 'Driver');
    const open = driver.members.find(({ name }) => name === 'open');
    expect(open).toMatchObject({
      type: '(context: OpenContext): Promise<BlockingEngine | EventEngine>',
      callable: true,
      errors: 'Throws SystemCallError or Unsupported.',
    });
    const line = item('lab/drivers/driver.ts', 'Target').members.find(
      ({ name }) => name === 'board.line.to_board_hz',
    );
    expect(line, 'members inside members').toMatchObject({ type: 'number', unit: 'per second' });
  });

  it('says what a schema allows, from the schema', () => {
    const members = membersAsAllowed(item('lab/records/schema.ts', 'RecordSchema'));
    expect(members.map(({ name }) => name)).toEqual(Object.keys(RecordSchema.properties));
    const byName = new Map(members.map(one => [one.name, one]));
    expect(byName.get('host')).toMatchObject({ type: 'HostSchema', optional: false });
    expect(byName.get('floor')).toMatchObject({ type: 'FloorSchema', optional: true });
    expect(byName.get('rounds')?.type).toMatch(/^list of at most .* RoundSchema$/);
    expect(byName.get('identity')?.doc).toMatch(/^What can be said of the device/);
  });

  it('gives each name of a room an address of its own', () => {
    for (const room of rooms()) {
      const anchors = anchorsOf(room.files.map(file => files.get(file)!));
      expect(new Set(anchors.values()).size, room.id).toBe(anchors.size);
    }
  });
});

describe('reading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iolab-reference-'));
  beforeAll(() =>
    writeFileSync(
      join(folder, 'one.ts'),
      `// What it is for,
// in two lines.
import type { A } from './a.ts';

/** Waits. Throws TimedOut when \`limit_ms\` is over. */
export async function wait(limit_ms: number, one?: A): Promise<void> {
  const inner = { limit_ms };
}

export const silent = (a: number): number => a + 1;

/**
 * Two
 * paragraphs.
 *
 * Never throws.
 */
export class Thing extends Base<string> {
  #hidden = 1;
  private also = 2;
  /** How many. */
  get n(): number { return this.#hidden; }
  quiet(): void {}
}
const not_public = 1;
/** Which. */
export type Which = 'a' | 'b';
`,
    ),
  );
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('takes names, comments, errors, units and members from the syntax', () => {
    const [file] = readReference(folder, ['one.ts']);
    expect(file?.about).toBe('What it is for, in two lines.');
    expect(file?.items).toMatchObject([
      {
        name: 'wait',
        kind: 'function',
        line: 6,
        signature: 'export async function wait(limit_ms: number, one?: A): Promise<void>',
        doc: 'Waits.',
        errors: 'Throws TimedOut when `limit_ms` is over.',
        units: [['limit_ms', 'milliseconds']],
      },
      { name: 'silent', signature: 'export const silent = (a: number): number', doc: '' },
      {
        name: 'Thing',
        kind: 'class',
        signature: 'export class Thing extends Base<string>',
        doc: 'Two paragraphs.',
        errors: 'Never throws.',
        members: [
          { name: 'n', type: 'number', doc: 'How many.', callable: false },
          { name: 'quiet', type: '(): void', callable: true },
        ],
      },
      { name: 'Which', signature: "export type Which = 'a' | 'b';" },
    ]);
    expect(undocumented([file!])).toEqual(['one.ts:10 silent', 'one.ts:18 Thing.quiet']);
  });

  it('names a file that is not there', () => {
    expect(() => readReference(folder, ['two.ts'])).toThrow(/two\.ts, which is not there/);
  });

  it('tells what is thrown from what is done', () => {
    expect(apart('Reads it. Throws BadRecord. Never waits.')).toEqual({
      doc: 'Reads it. Never waits.',
      errors: 'Throws BadRecord.',
    });
    expect(apart('What throws dust.').errors).toBe('');
  });

  it('knows a unit by the last word of a name', () => {
    expect(unitOf('latency_ns_p50')).toBe('nanoseconds');
    expect(unitOf('cpu_ns_per_op')).toBe('nanoseconds per operation');
    expect(unitOf('rate_hz')).toBe('per second');
    expect(unitOf('read_bytes')).toBe('bytes');
    expect(unitOf('class_s')).toBe('seconds');
    expect(unitOf('constructor')).toBe('');
    expect(unitOf('a_constructor')).toBe('');
  });

  it('leads from the name of an error to the error, and shows code as code', () => {
    const errors = errorNames();
    expect([...errors]).toEqual(
      expect.arrayContaining(['SystemCallError', 'Unsupported', 'TimedOut', 'BadRecord']),
    );
    expect(inlineOf('Throws `TimedOut` or Unsupported, not `x`.', errors)).toEqual([
      { text: 'Throws ', code: false, error: false },
      { text: 'TimedOut', code: true, error: true },
      { text: ' or ', code: false, error: false },
      { text: 'Unsupported', code: false, error: true },
      { text: ', not ', code: false, error: false },
      { text: 'x', code: true, error: false },
      { text: '.', code: false, error: false },
    ]);
  });
});

describe('the command line in the reference', () => {
  it('has every command that the help lists, with what its help says', async () => {
    const help = execFileSync(process.execPath, [join(root, 'lab/cli/iolab.mjs'), '--help'], {
      encoding: 'utf8',
    });
    const listed = [
      ...(/Commands:\n([\s\S]*?)\n\n/.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z]+)/gm),
    ].map(([, name]) => name!);
    const all = await commands();
    expect(all.map(({ name }) => name)).toEqual(listed.filter(name => name !== 'help').sort());
    for (const { name, about, examples } of all) {
      expect(about, name).toMatch(/\.$/);
      expect(examples.length, `${name} has an example`).toBeGreaterThan(0);
    }
    const run = all.find(({ name }) => name === 'run');
    expect(run?.options.find(({ flags }) => flags.startsWith('--seed'))?.default).toBe('1');
  });

  it('has every exit code with its meaning, and so has the page on setting up', () => {
    const { members } = exitCodes();
    expect(Object.fromEntries(members.map(({ name, type }) => [name, Number(type)]))).toEqual(EXIT);
    for (const { name, doc } of members) expect(doc, name).toMatch(/\.$/);
    const page = readFileSync(join(root, 'site/content/docs/set-up.mdx'), 'utf8');
    const told = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(told).toEqual([0, ...Object.values(EXIT)]);
  });
});
