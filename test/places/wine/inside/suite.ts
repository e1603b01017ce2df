// What the shared suites need of Vitest, under Wine: suites, cases, hooks, skipping with a reason. Tests
// register first; `report` runs them one after the other and prints a JSON document a line, which a test
// of the Linux suite judges (test/places/wine/judge.ts).
import { writeSync } from 'node:fs';

export { expect } from './expect.ts';

type Work = () => unknown;
interface CaseContext {
  /** Ends the case here: what it needs is not there. */
  skip(reason?: string): never;
}
type Body = (context: CaseContext) => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly parts: (Suite | Case)[];
  readonly before_all: Work[];
  readonly after_all: Work[];
  readonly before_each: Work[];
  readonly after_each: Work[];
}

interface Case {
  readonly title: string;
  readonly body: Body;
  readonly limit_ms: number;
}

/** Of one case; a body that blocks its thread is ended by the other side's limit, by name. */
export type Said =
  | { readonly began: string }
  | { readonly passed: string; readonly took_ms: number }
  | { readonly skipped: string; readonly reason: string }
  | { readonly failed: string; readonly error: string }
  | { readonly done: number };

const LIMIT_MS = 60_000;

const newSuite = (name: string, parent: Suite | undefined): Suite => ({
  name,
  parent,
  parts: [],
  before_all: [],
  after_all: [],
  before_each: [],
  after_each: [],
});

const top = newSuite('', undefined);
let current = top;
const late: Promise<unknown>[] = [];

class Skipped extends Error {}

export function describe(name: string, register: Work): void {
  const suite = newSuite(name, current);
  current.parts.push(suite);
  const before = current;
  current = suite;
  try {
    const result = register();
    if (result instanceof Promise) late.push(result);
  } finally {
    current = before;
  }
}

function register(title: string, first: { timeout?: number } | Body, second?: Body): void {
  const body = typeof first === 'function' ? first : second!;
  const limit_ms = typeof first === 'function' ? LIMIT_MS : (first.timeout ?? LIMIT_MS);
  current.parts.push({ title, body, limit_ms });
}

export const it = Object.assign(register, {
  runIf: (yes: boolean) => (yes ? register : () => {}),
  skipIf: (no: boolean) => (no ? () => {} : register),
});
export const test = it;
export const beforeAll = (work: Work) => void current.before_all.push(work);
export const afterAll = (work: Work) => void current.after_all.push(work);
export const beforeEach = (work: Work) => void current.before_each.push(work);
export const afterEach = (work: Work) => void current.after_each.push(work);

export function say(message: Said): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < line.length; ) sent += writeSync(1, line, sent);
}

/** Run what was registered, print what came of it. Returns how many failed. */
export async function report(): Promise<number> {
  await Promise.all(late);
  const failed = await runSuite(top, '');
  say({ done: failed });
  return failed;
}

async function runSuite(suite: Suite, path: string): Promise<number> {
  let failed = 0;
  try {
    for (const work of suite.before_all) await work();
    for (const part of suite.parts) {
      if ('parts' in part) failed += await runSuite(part, `${path}${part.name} › `);
      else failed += await runCase(part, suite, `${path}${part.title}`);
    }
    for (const work of suite.after_all) await work();
  } catch (error) {
    failed++;
    say({ failed: `${path}hooks`, error: textOf(error) });
  }
  return failed;
}

async function runCase(one: Case, suite: Suite, name: string): Promise<number> {
  say({ began: name });
  const began_ms = performance.now();
  let problem: unknown;
  let skipped: string | undefined;
  const context: CaseContext = {
    skip(reason = 'it says no reason') {
      skipped = reason;
      throw new Skipped(reason);
    },
  };
  const attempt = async (work: Work) => {
    try {
      await bounded(work, one.limit_ms);
    } catch (error) {
      if (!(error instanceof Skipped)) problem ??= error;
    }
  };
  for (const work of hooks(suite, 'before_each').toReversed()) await attempt(work);
  if (problem === undefined) await attempt(() => one.body(context));
  for (const work of hooks(suite, 'after_each')) await attempt(work);
  if (problem !== undefined) say({ failed: name, error: textOf(problem) });
  else if (skipped !== undefined) say({ skipped: name, reason: skipped });
  else say({ passed: name, took_ms: Math.round(performance.now() - began_ms) });
  return problem === undefined ? 0 : 1;
}

/** From the case's own suite outwards. */
function hooks(suite: Suite, which: 'before_each' | 'after_each'): Work[] {
  const all: Work[] = [];
  for (let one: Suite | undefined = suite; one; one = one.parent)
    all.push(...one[which].toReversed());
  return all;
}

async function bounded(work: Work, limit_ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limit_ms} ms`)), limit_ms);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
