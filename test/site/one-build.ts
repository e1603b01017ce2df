// Before any test runs: a folder for the published course, which the first test that wants it builds, and the
// others read (build-site.ts). It is gone when the tests are, also when they are interrupted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder to the processes that the tests run in. */
const NAME = 'IOLAB_TEST_SITE';

export default function setup(): void {
  // Projects are set up one after the other; the first one's folder is everybody's.
  if (process.env[NAME] !== undefined) return;
  const folder = mkdtempSync(join(tmpdir(), 'iolab-course-'));
  process.env[NAME] = folder;
  // Not a teardown: after Ctrl-C the runner ends without one.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
