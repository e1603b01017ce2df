// The assertions that the shared suites use, with Vitest's names and meaning, over node:util.
import { inspect, isDeepStrictEqual } from 'node:util';

const show = (value: unknown) => inspect(value, { depth: 4, breakLength: 100, maxArrayLength: 20 });

/** Does `actual` hold all that `wanted` names, at any depth? */
function holds(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof Containing) return wanted.fits(actual);
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted)) {
    return isDeepStrictEqual(actual, wanted);
  }
  if (actual === null || typeof actual !== 'object') return false;
  return Object.entries(wanted).every(([key, value]) =>
    holds((actual as Record<string, unknown>)[key], value),
  );
}

class Containing {
  readonly fits: (actual: unknown) => boolean;
  constructor(fits: (actual: unknown) => boolean) {
    this.fits = fits;
  }
}

class Expectation {
  readonly #actual: unknown;
  readonly #message: string;
  readonly #negated: boolean;

  constructor(actual: unknown, message = '', negated = false) {
    this.#actual = actual;
    this.#message = message;
    this.#negated = negated;
  }

  get not(): Expectation {
    return new Expectation(this.#actual, this.#message, !this.#negated);
  }

  get rejects() {
    const actual = this.#actual as Promise<unknown>;
    const message = this.#message;
    return {
      async toThrow(kind: new (...args: never[]) => Error): Promise<void> {
        const error = await Promise.resolve(actual).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        new Expectation(error, message).toBeInstanceOf(kind);
      },
    };
  }

  #check(ok: boolean, what: string): void {
    if (ok !== this.#negated) return;
    const not = this.#negated ? 'not ' : '';
    const before = this.#message ? `${this.#message}: ` : '';
    throw new Error(`${before}expected ${show(this.#actual)} ${not}${what}`);
  }

  toBe(wanted: unknown): void {
    this.#check(Object.is(this.#actual, wanted), `to be ${show(wanted)}`);
  }
  toEqual(wanted: unknown): void {
    const equal =
      wanted instanceof Containing
        ? wanted.fits(this.#actual)
        : isDeepStrictEqual(this.#actual, wanted);
    this.#check(equal, `to equal ${show(wanted)}`);
  }
  toMatchObject(wanted: object): void {
    this.#check(holds(this.#actual, wanted), `to hold ${show(wanted)}`);
  }
  toBeInstanceOf(kind: new (...args: never[]) => unknown): void {
    this.#check(this.#actual instanceof kind, `to be a ${kind.name}`);
  }
  toBeGreaterThan(than: number): void {
    this.#check((this.#actual as number) > than, `to be above ${than}`);
  }
  toBeGreaterThanOrEqual(than: number): void {
    this.#check((this.#actual as number) >= than, `to be at least ${than}`);
  }
  toBeLessThan(than: number): void {
    this.#check((this.#actual as number) < than, `to be below ${than}`);
  }
  toBeLessThanOrEqual(than: number): void {
    this.#check((this.#actual as number) <= than, `to be at most ${than}`);
  }
  toMatch(pattern: RegExp): void {
    this.#check(pattern.test(String(this.#actual)), `to match ${pattern}`);
  }
  toContain(part: unknown): void {
    const actual = this.#actual as string | readonly unknown[];
    this.#check((actual as readonly unknown[]).includes(part), `to contain ${show(part)}`);
  }
  toBeUndefined(): void {
    this.toBe(undefined);
  }
}

export const expect = Object.assign(
  (actual: unknown, message?: string) => new Expectation(actual, message),
  {
    fail(message: string): never {
      throw new Error(message);
    },
    arrayContaining: (wanted: readonly unknown[]) =>
      new Containing(
        actual =>
          Array.isArray(actual) &&
          wanted.every(one => actual.some(other => isDeepStrictEqual(other, one))),
      ),
    stringContaining: (part: string) => new Containing(actual => String(actual).includes(part)),
  },
);
