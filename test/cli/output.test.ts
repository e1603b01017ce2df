import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { exitCodeOf } from '../../lab/cli/terminal/output.ts';
import * as errors from '../../lab/errors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it.each([
  [new errors.BadRecord('x', 'y'), 2],
  [new errors.WrongUsage('x'), 2],
  [new errors.Unsupported('x', 'y'), 3],
  [new errors.DeviceGone('x'), 3],
  [new errors.SystemCallError('open', 'EACCES'), 3],
  [new errors.SystemCallError('read', 'EFAULT'), 70],
  [new errors.TimedOut('x'), 4],
  [new errors.CannotSave('x'), 5],
  [new errors.Cancelled(), 130],
  [Object.assign(new Error('x'), { code: 'commander.helpDisplayed', exitCode: 0 }), 0],
  [Object.assign(new Error('x'), { code: 'commander.unknownOption', exitCode: 1 }), 2],
  [new TypeError('x'), 70],
  ['thrown text', 70],
  [undefined, 70],
])('%s exits with its code', (error, code) => expect(exitCodeOf(error)).toBe(code));

function failing(error: string, ...args: string[]) {
  const script = `
    const { fail } = await import('./lab/cli/terminal/output.ts');
    process.exitCode = fail(${error});`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

it('says a fault of ours in one line, with the stack for --debug alone', () => {
  const short = failing("new TypeError('oh\\n\\u001b[31mno')");
  expect(short).toMatchObject({ code: 70, out: '' });
  expect(short.err).toMatch(/^iolab: oh �\[31mno \(a fault of ours; [^\n]+\)\n$/);
  const long = failing("new TypeError('oh')", '--debug');
  expect(long.err).toMatch(/\n {4}at /);
});

it('keeps control characters out of the stack as well', () => {
  expect(failing("new Error('\\u001b[31mno')", '--debug').err).not.toContain('\u001b');
});

it('does not claim other failures as faults of ours', () => {
  expect(failing("Object.assign(new Error('x'), { name: 'x' })").err).toContain('fault of ours');
  const usage = `new (await import('./lab/errors.ts')).WrongUsage('no driver epol; did you mean epoll?')`;
  expect(failing(usage)).toEqual({
    code: 2,
    out: '',
    err: 'iolab: no driver epol; did you mean epoll?\n',
  });
});
