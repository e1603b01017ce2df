// Sound on this side of the virtual machine: our numbers and layouts against the system's own header, what the
// kernel is asked for, a player against a kernel that answers as we want, and words where no card is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants as system, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeviceGone, SystemCallError, WrongUsage } from '../../lab/errors.ts';
import { experiment } from '../../lab/experiments/sound.ts';
import * as constants from '../../lab/ffi/linux/constants.ts';
import {
  hardwareParameters,
  SOUND_REQUESTS,
  softwareParameters,
} from '../../lab/ffi/linux/sound.ts';
import * as structs from '../../lab/ffi/linux/structs.ts';
import { loadPlatform } from '../../lab/ffi/load.ts';
import type { Memory, Platform, SoundCalls, SoundFormat } from '../../lab/ffi/platform.ts';
import { findStage } from '../../lab/stages/find.ts';
import { Player, RATE_HZ } from '../../lab/stages/sound/parts/player.ts';
import { iolab, temporaryFolder } from '../helpers/cli.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iolab-sound-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ours: Readonly<Record<string, unknown>> = { ...constants, ...structs, ...SOUND_REQUESTS };
const numbers = Object.keys(ours).filter(name => name.startsWith('SNDRV_'));

/** Our name, and how C says the same. */
const layouts: Readonly<Record<string, string>> = {
  SND_PCM_INFO_BYTES: 'sizeof(struct snd_pcm_info)',
  SND_PCM_INFO_ID: 'offsetof(struct snd_pcm_info, id)',
  SND_PCM_INFO_NAME: 'offsetof(struct snd_pcm_info, name)',
  SND_HW_PARAMS_BYTES: 'sizeof(struct snd_pcm_hw_params)',
  SND_HW_PARAMS_MASKS: 'offsetof(struct snd_pcm_hw_params, masks)',
  SND_MASK_BYTES: 'sizeof(struct snd_mask)',
  SND_HW_PARAMS_INTERVALS: 'offsetof(struct snd_pcm_hw_params, intervals)',
  SND_INTERVAL_BYTES: 'sizeof(struct snd_interval)',
  SND_HW_PARAMS_ASKED: 'offsetof(struct snd_pcm_hw_params, rmask)',
  SND_SW_PARAMS_BYTES: 'sizeof(struct snd_pcm_sw_params)',
  SND_SW_PARAMS_PERIOD_STEP: 'offsetof(struct snd_pcm_sw_params, period_step)',
  SND_SW_PARAMS_AVAIL_MIN: 'offsetof(struct snd_pcm_sw_params, avail_min)',
  SND_SW_PARAMS_START: 'offsetof(struct snd_pcm_sw_params, start_threshold)',
  SND_SW_PARAMS_STOP: 'offsetof(struct snd_pcm_sw_params, stop_threshold)',
  SND_PCM_STATUS_BYTES: 'sizeof(struct snd_pcm_status)',
  SND_XFERI_BYTES: 'sizeof(struct snd_xferi)',
  SND_XFERI_BUFFER: 'offsetof(struct snd_xferi, buf)',
  SND_XFERI_FRAMES: 'offsetof(struct snd_xferi, frames)',
};

function fromHeader(): Record<string, number> | string {
  const lines = [...numbers, ...Object.keys(layouts)].map(
    name => `printf("\\"${name}\\": %llu,\\n", (unsigned long long)(${layouts[name] ?? name}));`,
  );
  const program = `#include <time.h>\n#include <sys/ioctl.h>\n#include <sound/asound.h>\n#include <stddef.h>\n#include <stdio.h>
    int main(void) { printf("{"); ${lines.join('\n')} printf("\\"end\\": 0}"); return 0; }`;
  const source = join(folder, 'sound.c');
  writeFileSync(source, program);
  const built = spawnSync('cc', ['-o', join(folder, 'sound'), source], { encoding: 'utf8' });
  if (built.error) return built.error.message;
  if (/sound\/asound\.h: No such file/.test(built.stderr)) return 'sound/asound.h is missing';
  if (built.status !== 0) throw new Error(built.stderr);
  return JSON.parse(spawnSync(join(folder, 'sound'), { encoding: 'utf8' }).stdout);
}

const FORMAT: SoundFormat = {
  ...{ rate_hz: RATE_HZ, channels: 2, period_frames: 256, buffer_frames: 512, start_frames: 300 },
};

describe('what the kernel is told', () => {
  it('has the numbers and layouts of sound/asound.h', context => {
    const header = fromHeader();
    if (typeof header === 'string') return context.skip(`no C compiler or no header: ${header}`);
    expect(numbers.length).toBeGreaterThan(20);
    for (const name of [...numbers, ...Object.keys(layouts)])
      expect([name, ours[name]]).toEqual([name, header[name]]);
  });

  it('is one value where something was chosen, and everything where not', () => {
    const view = new DataView(new ArrayBuffer(structs.SND_HW_PARAMS_BYTES));
    hardwareParameters(view, FORMAT);
    const interval = (parameter: number) => {
      const nth = parameter - constants.SNDRV_PCM_HW_PARAM_SAMPLE_BITS;
      const at = structs.SND_HW_PARAMS_INTERVALS + nth * structs.SND_INTERVAL_BYTES;
      return [view.getUint32(at, true), view.getUint32(at + 4, true)];
    };
    expect(interval(constants.SNDRV_PCM_HW_PARAM_CHANNELS)).toEqual([2, 2]);
    expect(interval(constants.SNDRV_PCM_HW_PARAM_RATE)).toEqual([RATE_HZ, RATE_HZ]);
    expect(interval(constants.SNDRV_PCM_HW_PARAM_PERIOD_SIZE)).toEqual([256, 256]);
    expect(interval(constants.SNDRV_PCM_HW_PARAM_BUFFER_SIZE)).toEqual([512, 512]);
    expect(interval(constants.SNDRV_PCM_HW_PARAM_TICK_TIME)).toEqual([0, 2 ** 32 - 1]);
    const mask = (parameter: number) =>
      view.getUint32(structs.SND_HW_PARAMS_MASKS + parameter * structs.SND_MASK_BYTES, true);
    expect(mask(constants.SNDRV_PCM_HW_PARAM_ACCESS)).toBe(1 << 3);
    expect(mask(constants.SNDRV_PCM_HW_PARAM_FORMAT)).toBe(1 << 2);
    expect(mask(constants.SNDRV_PCM_HW_PARAM_SUBFORMAT)).toBe(2 ** 32 - 1);
  });

  it('begins when enough is there, wakes for a period, and stops when nothing is left', () => {
    const view = new DataView(new ArrayBuffer(structs.SND_SW_PARAMS_BYTES));
    softwareParameters(view, FORMAT);
    const at = (place: number) => Number(view.getBigUint64(place, true));
    expect(at(structs.SND_SW_PARAMS_START)).toBe(300);
    expect(at(structs.SND_SW_PARAMS_AVAIL_MIN)).toBe(256);
    expect(at(structs.SND_SW_PARAMS_STOP)).toBe(512);
  });
});

/** A kernel whose card takes what `answers` says, one after the other: frames, or the name of an error. */
async function fakeCard(answers: (number | string)[], state = constants.SNDRV_PCM_STATE_XRUN) {
  const real = await loadPlatform();
  const asked: string[] = [];
  const memories: Memory[] = [];
  const errno = { now: 0 };
  const refuse = (name: string): number => {
    errno.now = (system.errno as unknown as Record<string, number>)[name]!;
    return -1;
  };
  const sound: SoundCalls = {
    nameOf: () => 'a card that is none',
    configure: (_, { period_frames }) => {
      if (period_frames < 8) throw new SystemCallError('SNDRV_PCM_IOCTL_HW_PARAMS', 'EINVAL');
    },
    prepare() {
      asked.push('prepare');
      return 0;
    },
    drop: () => 0,
    write(_, __, frames) {
      asked.push(`write ${frames}`);
      const answer = answers.shift() ?? frames;
      return typeof answer === 'number' ? answer : refuse(answer);
    },
    delay: () => 480,
    state: () => state,
  };
  const closed: number[] = [];
  const platform: Platform = {
    ...real,
    errno: () => errno.now,
    memory: length => {
      const memory = real.memory(length);
      memories.push(memory);
      return { ...memory, free: () => {} };
    },
    posix: { ...real.posix, open: () => 77, close: fd => closed.push(fd) },
    linux: { ...real.linux!, fcntl: () => 0, sound: () => sound },
  };
  const open = (period_frames = 64) =>
    new Player(platform, '/dev/snd/pcmC0D0p', {
      ...{ period_frames, buffer_frames: 2 * period_frames, start_frames: 2 * period_frames },
      nonblocking: true,
    });
  return { open, asked, memories, closed };
}

describe('the player', () => {
  it('hands over silence, and as many frames as it was told', async () => {
    const { open, asked, memories } = await fakeCard([64, 10]);
    const player = open();
    player.begin(100);
    while (player.left > 0) player.write(64);
    expect(asked).toEqual(['prepare', 'write 64', 'write 36', 'write 26']);
    expect(player.syscalls).toBe(3);
    player.close();
    const silence = memories.find(({ length }) => length >= 2 * 64 * 4)!;
    expect(
      silence.bytes.every(byte => byte === 0),
      'only silence',
    ).toBe(true);
  });

  it('counts an underrun that the state confirms, and begins anew', async () => {
    const { open, asked } = await fakeCard([64, 'EPIPE', 'EAGAIN']);
    const player = open();
    player.begin(128);
    while (player.left > 0) player.write(64);
    expect(player.underruns).toBe(1);
    expect(asked.filter(one => one === 'prepare')).toHaveLength(2);
    player.close();
  });

  it('believes no underrun that the state does not confirm', async () => {
    const { open } = await fakeCard(['EPIPE'], constants.SNDRV_PCM_STATE_RUNNING);
    const player = open();
    player.begin(64);
    expect(() => player.write(64)).toThrow(/state is 3/);
    player.close();
  });

  it('waits again where the card stood still, and not for ever', async () => {
    const { open } = await fakeCard(['EIO', 64]);
    const player = open();
    player.begin(64);
    while (player.left > 0) player.write(64);
    expect([player.stalls, player.underruns]).toEqual([1, 0]);
    player.close();
    const broken = (await fakeCard(Array.from({ length: 99 }, () => 'EIO'))).open();
    broken.begin(64);
    expect(() => {
      while (broken.left > 0) broken.write(64);
    }).toThrow(/WRITEI_FRAMES: EIO/);
    broken.close();
  });

  it('tells a card that was pulled out from one that refuses', async () => {
    const { open } = await fakeCard(['ENODEV', 'EBADFD']);
    const player = open();
    player.begin(64);
    expect(() => player.write(64)).toThrow(DeviceGone);
    expect(() => player.write(64)).toThrow(SystemCallError);
    player.close();
  });

  it('leaves nothing open where the card cannot have such a period', async () => {
    const { open, closed } = await fakeCard([]);
    expect(() => open(4)).toThrow(/HW_PARAMS: EINVAL/);
    expect(closed).toEqual([77]);
  });
});

describe('the plan', () => {
  const request = { rate_hz: [], depth: [], samples: undefined, set: {}, short: true };

  it('says of the stage that is late how often that is, also with periods longer than a tenth', async () => {
    const { about } = await findStage('sound', 'sound-late');
    expect(about, 'it looks at the count once a period').toMatch(/at most once a period/);
  });

  it('has a lateness for the stage that is late, and for no other', () => {
    for (const stage of experiment.drivers) {
      const settings = experiment.plan(stage, request);
      expect(settings.map(({ period_frames }) => period_frames)).toEqual([64, 256, 1024, 4096]);
      expect(settings.every(one => 'late_us' in one)).toBe(stage === 'sound-late');
    }
  });

  it.each([
    [{ set: { periods: '1' } }, /one period is played/],
    [{ set: { period_frames: 'many' } }, /whole number from 1/],
    [{ samples: 601 }, /at most 600 seconds/],
  ])('refuses %j', (over, words) => {
    const plan = () => experiment.plan('sound-late', { ...request, ...over });
    expect(plan).toThrow(WrongUsage);
    expect(plan).toThrow(words);
  });
});

describe('without a card', () => {
  it.each([
    [[], /vm:sound is a device of the virtual machine. Fix: iolab run .*--in vm/],
    [['--device', 'sound'], /sound needs a card.*sound@\/dev\/snd\/pcmC0D0p/],
    [['--device', 'sound@/dev/null'], /\/dev\/null is no playback of a sound card/],
    [['--device', 'sound@/dev/snd/pcmC99D9p'], /pcmC99D9p: ENOENT/],
  ])('iolab run sound %j says what is missing', async (words, why) => {
    const { code, out } = await iolab(['run', 'sound', ...words], { home: temporaryFolder() });
    expect(code).toBe(3);
    expect(out.replace(/\s+/g, ' ')).toMatch(why);
  });
});
