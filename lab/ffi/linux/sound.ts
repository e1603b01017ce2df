// Playback on a sound card by the kernel's own requests of ioctl(2), as the ALSA library makes them: first
// what hardware and software shall do, then frames by the thousand. Sources: sound/asound.h,
// Documentation/sound/designs/ and kernel-api/writing-an-alsa-driver.rst.
import type { LinuxCalls, Memory, SoundCalls, SoundFormat } from '../platform.ts';
import { type Library, systemCallError } from '../posix.ts';
import * as n from './constants.ts';
import { ASK, request, TELL } from './ioctl.ts';
import * as s from './structs.ts';

/** The letter of all requests to a stream of sound. */
const LETTER = 'A';
const LONG_BYTES = 8;
export const SOUND_REQUESTS = {
  SNDRV_PCM_IOCTL_INFO: request(ASK, LETTER, 0x01, s.SND_PCM_INFO_BYTES),
  SNDRV_PCM_IOCTL_HW_PARAMS: request(TELL | ASK, LETTER, 0x11, s.SND_HW_PARAMS_BYTES),
  SNDRV_PCM_IOCTL_SW_PARAMS: request(TELL | ASK, LETTER, 0x13, s.SND_SW_PARAMS_BYTES),
  SNDRV_PCM_IOCTL_STATUS: request(ASK, LETTER, 0x20, s.SND_PCM_STATUS_BYTES),
  SNDRV_PCM_IOCTL_DELAY: request(ASK, LETTER, 0x21, LONG_BYTES),
  SNDRV_PCM_IOCTL_PREPARE: request(0, LETTER, 0x40, 0),
  SNDRV_PCM_IOCTL_DROP: request(0, LETTER, 0x43, 0),
  SNDRV_PCM_IOCTL_WRITEI_FRAMES: request(TELL, LETTER, 0x50, s.SND_XFERI_BYTES),
} as const;
const r = SOUND_REQUESTS;

const SCRATCH_BYTES = 4096;
/** Away from the first words, which the answers to the short questions use. */
const XFERI_AT = 2048;
const WHOLE_NUMBERS = 1 << 2;
const [MASKS, INTERVALS] = [
  { first: n.SNDRV_PCM_HW_PARAM_ACCESS, last: n.SNDRV_PCM_HW_PARAM_SUBFORMAT },
  { first: n.SNDRV_PCM_HW_PARAM_SAMPLE_BITS, last: n.SNDRV_PCM_HW_PARAM_TICK_TIME },
];

export function soundCalls(
  libc: Library,
  memory: (length: number) => Memory,
): Pick<LinuxCalls, 'sound'> {
  let made: SoundCalls | undefined;
  // Hardly a program needs it: its page is mapped when it is first asked for.
  return {
    sound: () => {
      made ??= calls(libc, memory(SCRATCH_BYTES));
      return made;
    },
  };
}

/** What the hardware is asked for: one value where something is chosen, everything where not. Pure. */
export function hardwareParameters(
  into: DataView,
  { rate_hz, channels, period_frames, buffer_frames }: SoundFormat,
): void {
  const masks: Readonly<Record<number, number>> = {
    [n.SNDRV_PCM_HW_PARAM_ACCESS]: n.SNDRV_PCM_ACCESS_RW_INTERLEAVED,
    [n.SNDRV_PCM_HW_PARAM_FORMAT]: n.SNDRV_PCM_FORMAT_S16_LE,
  };
  const values: Readonly<Record<number, number>> = {
    [n.SNDRV_PCM_HW_PARAM_CHANNELS]: channels,
    [n.SNDRV_PCM_HW_PARAM_RATE]: rate_hz,
    [n.SNDRV_PCM_HW_PARAM_PERIOD_SIZE]: period_frames,
    [n.SNDRV_PCM_HW_PARAM_BUFFER_SIZE]: buffer_frames,
  };
  for (let at = 0; at < s.SND_HW_PARAMS_BYTES; at++) into.setUint8(at, 0);
  for (let parameter = MASKS!.first; parameter <= MASKS!.last; parameter++) {
    const at = s.SND_HW_PARAMS_MASKS + (parameter - MASKS!.first) * s.SND_MASK_BYTES;
    const bit = masks[parameter];
    for (let word = 0; word < s.SND_MASK_BYTES; word += 4)
      into.setUint32(at + word, bit === undefined ? 0xffff_ffff : 0, true);
    if (bit !== undefined) into.setUint32(at, 1 << bit, true);
  }
  for (let parameter = INTERVALS!.first; parameter <= INTERVALS!.last; parameter++) {
    const at = s.SND_HW_PARAMS_INTERVALS + (parameter - INTERVALS!.first) * s.SND_INTERVAL_BYTES;
    const value = values[parameter];
    into.setUint32(at, value ?? 0, true);
    into.setUint32(at + 4, value ?? 0xffff_ffff, true);
    into.setUint32(at + 8, value === undefined ? 0 : WHOLE_NUMBERS, true);
  }
  into.setUint32(s.SND_HW_PARAMS_ASKED, 0xffff_ffff, true);
}

/** When the card begins, when a sleeper is woken, and that it stops where nothing is left to play. Pure. */
export function softwareParameters(
  into: DataView,
  { period_frames, buffer_frames, start_frames }: SoundFormat,
): void {
  for (let at = 0; at < s.SND_SW_PARAMS_BYTES; at++) into.setUint8(at, 0);
  into.setUint32(s.SND_SW_PARAMS_PERIOD_STEP, 1, true);
  into.setUint32(s.SND_SW_PARAMS_AVAIL_MIN, period_frames, true);
  into.setUint32(s.SND_SW_PARAMS_START, start_frames, true);
  into.setUint32(s.SND_SW_PARAMS_STOP, buffer_frames, true);
}

function calls(libc: Library, scratch: Memory): SoundCalls {
  const ioctl = libc.func('ioctl', 'int', ['int', 'uint64_t', 'uint64_t']);
  const { address } = scratch;
  const view = new DataView(scratch.bytes.buffer, scratch.bytes.byteOffset, scratch.length);
  const words = new Int32Array(scratch.bytes.buffer, scratch.bytes.byteOffset);
  const text = (at: number, bytes: number): string => {
    const field = scratch.bytes.subarray(at, at + bytes);
    return Buffer.from(field.subarray(0, Math.max(0, field.indexOf(0)))).toString('utf8');
  };
  const must = (said: number, call: string, subject: string) => {
    if (said < 0) throw systemCallError(call, subject);
  };
  const transfer = address + XFERI_AT;
  const [moved, buffer, frames_at] = [0, s.SND_XFERI_BUFFER, s.SND_XFERI_FRAMES].map(
    at => (XFERI_AT + at) / 4,
  ) as [number, number, number];
  return {
    nameOf(fd) {
      must(ioctl(fd, r.SNDRV_PCM_IOCTL_INFO, address), 'SNDRV_PCM_IOCTL_INFO', '');
      return text(s.SND_PCM_INFO_NAME, 80) || text(s.SND_PCM_INFO_ID, 64);
    },
    configure(fd, format) {
      const { period_frames, buffer_frames, rate_hz, channels } = format;
      const subject = `${channels} channels of 16 bits at ${rate_hz} Hz, ${period_frames} frames a period, ${buffer_frames} in the buffer`;
      hardwareParameters(view, format);
      const hardware = ioctl(fd, r.SNDRV_PCM_IOCTL_HW_PARAMS, address);
      must(hardware, 'SNDRV_PCM_IOCTL_HW_PARAMS', subject);
      softwareParameters(view, format);
      const software = ioctl(fd, r.SNDRV_PCM_IOCTL_SW_PARAMS, address);
      must(software, 'SNDRV_PCM_IOCTL_SW_PARAMS', subject);
    },
    prepare: fd => ioctl(fd, r.SNDRV_PCM_IOCTL_PREPARE, 0),
    drop: fd => ioctl(fd, r.SNDRV_PCM_IOCTL_DROP, 0),
    write(fd, from, frames) {
      words[moved] = 0;
      words[buffer] = from | 0;
      words[buffer + 1] = Math.floor(from / 2 ** 32);
      words[frames_at] = frames;
      words[frames_at + 1] = 0;
      if (ioctl(fd, r.SNDRV_PCM_IOCTL_WRITEI_FRAMES, transfer) < 0) return -1;
      return words[moved]!;
    },
    delay(fd) {
      if (ioctl(fd, r.SNDRV_PCM_IOCTL_DELAY, address) < 0) return -1;
      return words[0]!;
    },
    state(fd) {
      if (ioctl(fd, r.SNDRV_PCM_IOCTL_STATUS, address) < 0) return -1;
      return words[0]!;
    },
  };
}
