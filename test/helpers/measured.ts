// What a file measures once for all of its tests. A test that failed is tried again on CI, and then on numbers of
// its own: on the old ones it could only fail again.
import { beforeEach } from 'vitest';

/** A measurement that failed so often is not begun again for the tests that follow. */
const MOST_FAILURES = 2;

/** Calls `again` before every test of this suite that is tried again. */
export function onRetry(again: () => void | Promise<void>, limit_ms?: number): void {
  beforeEach(async ({ task }) => {
    if ((task.result?.retryCount ?? 0) > 0) await again();
  }, limit_ms);
}

/** Measures before the first test of this suite, and anew before each one that is tried again. */
export function measured<T>(measure: () => Promise<T>, limit_ms: number): () => T {
  let kept: { readonly value: T } | undefined;
  const failures: unknown[] = [];
  onRetry(() => {
    kept = undefined;
  });
  beforeEach(async () => {
    if (kept) return;
    if (failures.length >= MOST_FAILURES) throw failures.at(-1);
    try {
      kept = { value: await measure() };
    } catch (error) {
      failures.push(error);
      throw error;
    }
  }, limit_ms);
  return () => {
    if (!kept) throw new Error('nothing was measured: call this in a test of the same suite');
    return kept.value;
  };
}
