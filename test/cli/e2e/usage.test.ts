// Wrong words on the command line: exit 2, one line that names the word, the nearest right one or
// the range, and nothing measured, saved or printed on standard output.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { complaints, iolab, temporaryFolder } from '../../helpers/cli.ts';

const home = temporaryFolder();

async function refused(given: string | readonly string[], pattern: RegExp): Promise<void> {
  const words = typeof given === 'string' ? given.split(' ') : given;
  const { code, out, err } = await iolab(words, { home });
  expect(code, `${words.join(' ')}: ${err}`).toBe(2);
  expect(out, 'a refusal prints no result').toBe('');
  expect(err).toMatch(pattern);
  expect(err, 'what was typed may not reach the terminal raw').not.toContain('\u001b');
  expect(err, 'no stack trace without --debug').not.toMatch(/^ {4}at /m);
  expect(existsSync(join(home, 'records')), 'a refusal saves nothing').toBe(false);
}

describe('an unknown name is answered with the nearest', () => {
  it.each([
    ['run wakup', /unknown experiment "wakup"; did you mean wakeup\?/],
    ['run wakeup --device fifi', /unknown device "fifi"; did you mean fifo/],
    ['run wakeup --device fifo,serail@/dev/ttyS0', /unknown device "serail"; did you mean serial/],
    ['run wakeup --driver epol', /unknown driver "epol"; did you mean epoll/],
    ['run disk-read --peer foi', /unknown peer "foi"; did you mean fio\?/],
    ['run round-trip --set mod=polled', /unknown setting "mod"; did you mean mode/],
    ['run wakeup --set mode=polled', /unknown setting "mode"; known: /],
    ['run wakeup --driver zzzzzzzzzzzzzz', /unknown driver .*known: .*epoll/],
    ['list driver', /unknown list "driver"; did you mean drivers\?/],
    ['bench install peer', /peers/],
    ['rum wakeup', /unknown command "rum"; did you mean run/],
    ['run wakeup --round 3', /unknown option '--round'.*\s.*--rounds/],
  ])('%s', refused);
});

describe('a bad number is answered with the option, the value and the range', () => {
  it.each([
    ['run wakeup --rate 0', /--rate 0: give a number from 0\.1 to 20000/],
    ['run wakeup --rate 100,-5', /--rate -5: give a number from 0\.1 to 20000/],
    ['run wakeup --rounds 1.5', /--rounds 1\.5: give a whole number from 1 to 1000/],
    ['run wakeup --rounds 0', /--rounds 0: give a whole number from 1 to 1000/],
    ['run disk-read --depth x', /--depth x: give a whole number from 1 to 1024/],
    ['run disk-read --depth 1,NaN', /--depth NaN: give a whole number from 1 to 1024/],
    ['run disk-read --depth 1e9', /--depth 1e9: give a whole number from 1 to 1024/],
    ['run wakeup --samples -1', /--samples -1: give a whole number from 1 to 1000000/],
    ['run wakeup --samples Infinity', /--samples Infinity: give a whole number/],
    ['run wakeup --seed 1.5', /--seed 1\.5: give a whole number from 0 to/],
  ])('%s', refused);
});

describe('what does not fit is refused', () => {
  it.each([
    ['run wakeup --depth 4', /wakeup takes no --depth; it takes --rate/],
    ['run wakeup --peer fio', /fio takes no part in wakeup; it does in disk-read\b/],
    ['run linked --peer fio', /linked takes no --peer/],
    ['run disk-read --rate 100', /disk-read takes no --rate; it takes --depth and --peer/],
    ['run round-trip --depth 1', /round-trip takes no --depth/],
    ['run wakeup --device fifo@/tmp/x', /device fifo takes no address: write fifo/],
    ['run round-trip --device serial@', /serial@ has an empty address: write serial@\/dev/],
    ['run round-trip --set polled', /--set polled: write it as key=value/],
    ['run wakeup --in moon', /--in .*host/],
    ['compare last', /missing required argument/],
    ['show', /missing required argument/],
    ['compare a b --fail-if faster', /slower/],
  ])('%s', refused);
});

describe('a setting that is meant for nobody in this run', () => {
  it.each([
    ['run disk-read --set pause_us=5', /pause_us=5: paced-poll takes it, and this run has no such/],
    ['run wakeup --driver poll --set pause_us=5', /pause_us=5: paced-poll takes it/],
    [
      'run tight-loop --driver byte-two --set interval=4',
      /interval=4: poll-every-n, .* and queue-polled take it/,
    ],
    [
      'run tight-loop --device mos6502 --set interval=4',
      /interval=4: poll-every-n, .* and queue-polled take it/,
    ],
    ['run pdp11-io --driver tape-polled --set sector_us=9', /disk-read-once.* take it, and this/],
    ['run channel-io --driver channel-each --set zz=1', /"zz"; nothing in this run takes any/],
    ['run channel-io --set records=4', /--set records=4: write --records 4/],
    ['run linked --set submission=each', /--set submission: .*use start/],
    [
      'run disk-read --set submission=linked',
      /submission=linked: give each or batch \(disk-read\)/,
    ],
  ])('%s', refused);
});

describe('more records than anything in this run takes, or than what was named', () => {
  it.each([
    [
      'run spool --records 4,17',
      /--records 17 is too many: one run of spool-direct, spool-spoo.* 16/,
    ],
    ['run tight-loop --device mos6502 --records 300', /--records 300 is too many: .* at most 256/],
    [
      'run channel-io --driver channel-each,disk-search --records 10,1000',
      /--records 1000 is too many: one run of disk-search takes at most 100$/m,
    ],
    [
      'run pdp11-io --driver tape-polled --records 5001',
      /one run of tape-polled takes at most 5000/,
    ],
    ['run linked --records 1025', /one run of blocking, io-uring takes at most 1024/],
    ['run linked --records 900 --set bytes=1048576', /a chain of 900 blocks is longer than bytes=/],
  ])('%s', refused);
});

describe('words that no shell makes by accident', () => {
  it.each([
    [['run', 'round-trip', '--device', 'serial@/dev/x\ny'], /no control characters/],
    [['run', 'round-trip', '--device', 'serial@/dev/\u001b[31mx'], /no control characters/],
    [['run', 'round-trip', '--device', `serial@/dev/${'a'.repeat(300)}`], /at most 200/],
    [['run', 'wakeup', '--out', ''], /--out is empty: give a folder/],
    [['run', 'wakeup', '--device', ''], /--device is empty: give a name, or leave --device out/],
    [['run', 'wakeup', '--driver', ' , '], /--driver is empty: give a name/],
    [['run', 'disk-read', '--peer='], /--peer is empty: give a name/],
    [['run', 'wakeup', '--rate', ''], /--rate is empty: give a number from 0\.1 to 20000/],
    [['run', 'disk-read', '--depth', ''], /--depth is empty: give a whole number from 1 to 1024/],
    [['run', 'channel-io', '--records', ''], /--records is empty: give a whole number/],
    [['run', ''], /unknown experiment ""/],
    [['run', 'wakeup', '--driver', '\u001b[31mepoll'], /unknown driver/],
  ] as const)('%j', refused);
});

describe('a setting with a value it cannot have', () => {
  it.each([
    ['run round-trip --set mode=nonsense', /mode=nonsense.*polled/],
    ['run disk-read --set bytes=5', /bytes=5: give/],
    ['run disk-read --set direct=maybe', /direct=maybe: give true or false/],
  ])('%s', async (words, reason) => {
    const other = temporaryFolder();
    const { code, err } = await iolab(words.split(' '), { home: other });
    expect(code, err).toBe(2);
    expect(complaints(err)).toHaveLength(1);
    expect(err).toMatch(reason);
  });
});
