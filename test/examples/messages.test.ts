// The two programs that talk by registered messages, started by nobody but this test: they find each other
// by a name, in either order, and refuse what they cannot do.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../helpers/cli.ts';
import { inWine, type Ran, whereWine } from '../helpers/wine.ts';

const serve = join(root, 'lab/examples/messages/serve.ts');
const ask = join(root, 'lab/examples/messages/ask.ts');
const LIMIT_MS = 60_000;
const COUNT = 50;

describe.runIf(whereWine())('two programs under Wine', () => {
  let served: Ran;
  let asked: Ran;
  let late: Ran;
  beforeAll(async () => {
    [served, asked, late] = await inWine(async run => {
      const pair = await Promise.all([
        run(ask, ['iolab-test', String(COUNT)], LIMIT_MS),
        run(serve, ['iolab-test', '40'], LIMIT_MS),
      ]);
      return [pair[1], pair[0], await run(serve, ['iolab-test', '0.2'], LIMIT_MS)];
    });
  });

  it('find each other by a name and answer each question', () => {
    expect(asked, asked.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(asked.stdout)).toEqual({
      asked: COUNT,
      wrong: 0,
      counted: COUNT,
      elsewhere: true,
    });
  });

  it('end when they are told to', () => {
    expect(served).toMatchObject({ code: 0, stderr: '' });
  });

  it('end by themselves where nobody comes', () => {
    expect(late).toMatchObject({ code: 4, stderr: expect.stringContaining('no WM_QUIT') });
  });
});

describe.runIf(process.platform !== 'win32')('the same two without Windows', () => {
  it.each([serve, ask])('say that they need it: %s', script => {
    const { status, stderr } = spawnSync(process.execPath, [script, 'name', '1'], {
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/of Windows\. run it on Windows, or with --in wine/);
  });
});
