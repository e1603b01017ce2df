// A channel program as it ran: time from left to right (downwards on a phone), lanes for the program,
// the channel and the device. Work is filled, waiting is hatched, the interrupt is a hairline. What
// each box says comes from the run's trace, and where the channel may go from the typed description.
import {
  type ChannelProgram,
  channelDiagram,
  type DiagramStep,
  READ,
  READ_DATA,
  SEARCH_ID_EQUAL,
  SEEK,
  SENSE,
  TRANSFER_IN_CHANNEL,
  WRITE,
  WRITE_LINE,
} from '../../lab/machines/s390/channel.ts';
import type { TraceStep } from '../../lab/machines/s390/trace.ts';
import { CHANNEL_RUN } from '../data/diagram-strings.ts';
import { type Drawn, figure, NARROW, type Options } from './figure.ts';
import { element, hatchPattern, label, line, slug } from './svg.ts';

const COMMANDS: Readonly<Record<number, string>> = {
  [WRITE]: 'WRITE',
  [READ]: 'READ',
  [SENSE]: 'SENSE',
  [TRANSFER_IN_CHANNEL]: 'TIC',
  [WRITE_LINE]: 'WRITE',
  [READ_DATA]: 'READ',
  [SEEK]: 'SEEK',
  [SEARCH_ID_EQUAL]: 'SEARCH',
};

/** A command's short name; a word that continues the one before it has none of its own. */
export function commandName({ command }: { readonly command: number }): string {
  return COMMANDS[command] ?? (command === 0 ? CHANNEL_RUN.data : `X'${command.toString(16)}'`);
}

/** One moment of the run: what a reader who steps through it is told. */
export interface Moment {
  readonly kind: 'start' | 'command' | 'interrupt';
  /** Which word of the channel program; none at start and end. */
  readonly index: number | undefined;
  readonly channel: string;
  readonly device: string;
  readonly words: string;
}

const moved = ({ count, residual_count }: TraceStep): number => count - residual_count;

/** What the device did with the command, in as few words as a box has room for. */
function deviceWords(step: TraceStep): string {
  if (step.command === TRANSFER_IN_CHANNEL) return '';
  if (step.command === SEEK) return CHANNEL_RUN.moves;
  if (step.command === SEARCH_ID_EQUAL) {
    return step.status.includes('status modifier') ? CHANNEL_RUN.equal : CHANNEL_RUN.unequal;
  }
  return `${moved(step)}\u00a0B`;
}

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** Where the channel went next, and why. */
function nextWords(step: TraceStep, next: TraceStep | undefined, said: DiagramStep): string {
  if (next === undefined) return CHANNEL_RUN.last;
  const to = CHANNEL_RUN.word(next.index + 1);
  if (step.command === TRANSFER_IN_CHANNEL) return CHANNEL_RUN.transfer(to);
  if (step.status.includes('status modifier')) return CHANNEL_RUN.skip(to);
  if (said.flags.includes('chain_data')) return CHANNEL_RUN.chain_data(to);
  return CHANNEL_RUN.chain(to);
}

/**
 * The run as moments: the start, each command as the channel took it, the interrupt. Throws Error
 * where the trace tells of a word that the description does not have.
 */
export function momentsOf(program: ChannelProgram, steps: readonly TraceStep[]): Moment[] {
  const diagram = channelDiagram(program);
  const commands = steps.map((step, at): Moment => {
    const said = diagram[step.index];
    if (said === undefined || said.command !== step.command) {
      throw new Error(`Step ${at + 1} of the trace is not word ${step.index + 1} of the program`);
    }
    // Within a chain of data the device knows nothing of the change: the end is told once, after the last piece
    // (what the trace of Hercules prints before is its own).
    const told = step.status !== '' && !said.flags.includes('chain_data');
    const status = told ? CHANNEL_RUN.status(step.status) : '';
    const name = commandName(step);
    return {
      kind: 'command',
      index: step.index,
      channel: name,
      device: deviceWords(step),
      words: CHANNEL_RUN.command(
        step.index + 1,
        name,
        sentence(step.does),
        status,
        nextWords(step, steps[at + 1], said),
      ),
    };
  });
  return [
    {
      kind: 'start',
      index: undefined,
      channel: '',
      device: '',
      words: CHANNEL_RUN.start,
    },
    ...commands,
    {
      kind: 'interrupt',
      index: undefined,
      channel: '',
      device: '',
      words: CHANNEL_RUN.interrupt(steps.at(-1)?.status ?? CHANNEL_RUN.nothing),
    },
  ];
}

/** The lanes of a run. Each moment is a group with `data-moment`, so that a script can show one. */
export function channelLanes(
  program: ChannelProgram,
  steps: readonly TraceStep[],
  options: Options,
): Drawn {
  const moments = momentsOf(program, steps);
  return figure(
    options,
    CHANNEL_RUN.about(moments.length),
    {
      columns: CHANNEL_RUN.columns,
      rows: moments.map(({ kind, index, channel, device }, at) => [
        String(at + 1),
        index === undefined ? '–' : String(index + 1),
        kind === 'command' ? channel : CHANNEL_RUN.kinds[kind],
        device.replace('\u00a0', ' ') || '–',
      ]),
    },
    width => (width === NARROW ? down(moments, options) : across(moments, width, options)),
  );
}

/** A box with up to two lines of text in its middle. */
function box(
  x: number,
  y: number,
  width: number,
  height: number,
  className: string,
  ...texts: readonly string[]
): string {
  const first = y + height / 2 + 4 - (texts.length - 1) * 7.5;
  return element(
    'g',
    {},
    element('rect', { x, y, width, height, class: className }),
    ...texts.map((text, at) =>
      label(text, x + width / 2, first + at * 15, {
        'text-anchor': 'middle',
        class: at === 0 || texts[0]!.endsWith('-') ? 'chan-text' : 'chan-small',
      }),
    ),
  );
}

const hatchId = (options: Options, suffix: string) => `${slug(options.id)}-${suffix}-wait`;

const moment = (at: number, ...parts: readonly string[]): string =>
  element('g', { class: 'chan-moment', 'data-moment': at }, ...parts);

function across(
  moments: readonly Moment[],
  width: number,
  options: Options,
): { height: number; markup: string[] } {
  const left = 66;
  const tall = 42;
  const pitch = 58;
  const column = (width - 6 - left) / moments.length;
  // The longest command, in bold, needs about this much room for its letters.
  const tight = column < 62;
  const wide = column - (tight ? 2 : 4);
  const top = (lane: number) => 12 + lane * pitch;
  const id = hatchId(options, 'wide');
  const last = moments.length - 1;
  const bottom = top(2) + tall;
  const drawn = [
    hatchPattern(id),
    ...CHANNEL_RUN.lanes.flatMap((lane, at) => [
      label(lane, 4, top(at) + tall / 2 + 4, { class: 'fig-title' }),
      line(left - 4, top(at) + tall + 8, width - 4, top(at) + tall + 8, 'fig-minor'),
    ]),
    // The program is free as long as the channel works: hatched, as all waiting is.
    element('rect', {
      x: left + column,
      y: top(0),
      width: column * (last - 1) - 4,
      height: tall,
      class: 'chan-free',
      fill: `url(#${id})`,
    }),
    label(CHANNEL_RUN.free_for, left + column + 12, top(0) + tall / 2 + 4, {
      class: 'chan-note',
    }),
    ...moments.map(({ kind, index, channel, device }, at) => {
      const x = left + at * column;
      if (kind === 'start') {
        return moment(at, box(x, top(0), wide, tall, 'chan-program', CHANNEL_RUN.kinds.start));
      }
      if (kind === 'interrupt') {
        return moment(
          at,
          line(x - 2, top(0), x - 2, bottom, 'chan-wake'),
          box(x, top(0), wide, tall, 'chan-program', ...CHANNEL_RUN.interrupt_lines),
        );
      }
      return moment(
        at,
        box(x, top(1), wide, tall, 'chan-channel', channel, CHANNEL_RUN.word(index! + 1)),
        device === '' ? '' : box(x, top(2), wide, tall, 'chan-device', device),
      );
    }),
    label(CHANNEL_RUN.time, width - 4, bottom + 24, {
      'text-anchor': 'end',
      class: 'fig-title',
    }),
  ];
  return {
    height: bottom + 30,
    markup: [element('g', { class: tight ? 'chan-tight' : undefined }, ...drawn)],
  };
}

/** A phone has no room for a row of boxes: there time runs downwards. */
function down(moments: readonly Moment[], options: Options): { height: number; markup: string[] } {
  const tall = 34;
  const pitch = 40;
  const first = 26;
  const columns = [6, 104, 218];
  const wides = [90, 106, 106];
  const id = hatchId(options, 'narrow');
  const last = moments.length - 1;
  const y = (at: number) => first + at * pitch;
  return {
    height: y(last) + tall + 10,
    markup: [
      hatchPattern(id),
      ...CHANNEL_RUN.lanes.map((lane, at) => label(lane, columns[at]!, 15, { class: 'fig-title' })),
      element('rect', {
        x: columns[0]!,
        y: y(1),
        width: wides[0]!,
        height: pitch * (last - 1) - 6,
        class: 'chan-free',
        fill: `url(#${id})`,
      }),
      label(CHANNEL_RUN.free, columns[0]! + wides[0]! / 2, y(1) + (pitch * (last - 1)) / 2, {
        'text-anchor': 'middle',
        class: 'chan-note',
      }),
      ...moments.map(({ kind, index, channel, device }, at) => {
        if (kind === 'command') {
          return moment(
            at,
            box(
              columns[1]!,
              y(at),
              wides[1]!,
              tall,
              'chan-channel',
              channel,
              CHANNEL_RUN.word(index! + 1),
            ),
            device === '' ? '' : box(columns[2]!, y(at), wides[2]!, tall, 'chan-device', device),
          );
        }
        return moment(
          at,
          kind === 'interrupt' ? line(columns[0]!, y(at) - 3, 324, y(at) - 3, 'chan-wake') : '',
          box(columns[0]!, y(at), wides[0]!, tall, 'chan-program', CHANNEL_RUN.kinds[kind]),
        );
      }),
    ],
  };
}
