// Ways that something takes from one place to the next, each a chain of boxes: who does the step stands
// below it. A drawing of the rule, with nothing measured in it. Pure.
import { ROUTE, ROUTE_BY, ROUTE_STEPS, ROUTE_TITLES } from '../data/diagram-strings.ts';
import { type Drawn, figure, NARROW, type Options } from './figure.ts';
import { element, label, line, slug } from './svg.ts';

export interface Step {
  /** What happens; at most two lines of a box. */
  readonly name: string;
  /** Whose thread, or what part of the system, does it. */
  readonly by: string;
}

export interface Route {
  readonly title: string;
  readonly steps: readonly Step[];
}

const CALLER = ROUTE_BY.caller;
const OWNER = ROUTE_BY.owner;
const SYSTEM = ROUTE_BY.system;
const DEVICE = ROUTE_BY.device;
const WORKER = ROUTE_BY.worker;

const step = (name: string, by: string): Step => ({ name, by });

/** By the name that a page asks for. */
export const ROUTES = {
  messages: [
    {
      title: ROUTE_TITLES.posted,
      steps: [
        step('PostMessage', CALLER),
        step(ROUTE_STEPS.queue, SYSTEM),
        step('GetMessage', OWNER),
        step('Dispatch- Message', OWNER),
        step(ROUTE_STEPS.procedure, OWNER),
      ],
    },
    {
      title: ROUTE_TITLES.sent,
      steps: [step('SendMessage', CALLER), step(ROUTE_STEPS.procedure, CALLER)],
    },
    {
      title: ROUTE_TITLES.sent_across,
      steps: [
        step('SendMessage', CALLER),
        step(ROUTE_STEPS.inside, OWNER),
        step(ROUTE_STEPS.procedure, OWNER),
        step(ROUTE_STEPS.answer, CALLER),
      ],
    },
  ],
  devices: [
    {
      title: ROUTE_TITLES.click,
      steps: [
        step(ROUTE_STEPS.mouse, DEVICE),
        step(ROUTE_STEPS.input_queue, SYSTEM),
        step(ROUTE_STEPS.whose_window, SYSTEM),
        step(ROUTE_STEPS.hit_test, OWNER),
        step(ROUTE_STEPS.procedure, OWNER),
      ],
    },
    {
      title: ROUTE_TITLES.key,
      steps: [
        step(ROUTE_STEPS.keyboard, DEVICE),
        step(ROUTE_STEPS.input_queue, SYSTEM),
        step(ROUTE_STEPS.focus, SYSTEM),
        step('Translate- Message', OWNER),
        step(ROUTE_STEPS.procedure, OWNER),
      ],
    },
    {
      title: ROUTE_TITLES.raw,
      steps: [
        step(ROUTE_STEPS.any_device, DEVICE),
        step(ROUTE_STEPS.registered, SYSTEM),
        step('WM_INPUT', OWNER),
        step(ROUTE_STEPS.procedure, OWNER),
      ],
    },
  ],
  worlds: [
    {
      title: ROUTE_TITLES.port,
      steps: [
        step(ROUTE_STEPS.read_ended, SYSTEM),
        step(ROUTE_STEPS.port, SYSTEM),
        step('PostMessage', WORKER),
        step(ROUTE_STEPS.loop, OWNER),
        step(ROUTE_STEPS.used, OWNER),
      ],
    },
    {
      title: ROUTE_TITLES.select,
      steps: [
        step(ROUTE_STEPS.arrived, SYSTEM),
        step(ROUTE_STEPS.posted, SYSTEM),
        step(ROUTE_STEPS.loop, OWNER),
        step(ROUTE_STEPS.received, OWNER),
      ],
    },
    {
      title: ROUTE_TITLES.events,
      steps: [
        step(ROUTE_STEPS.read_ended, SYSTEM),
        step(ROUTE_STEPS.event, SYSTEM),
        step(ROUTE_STEPS.looks, OWNER),
        step(ROUTE_STEPS.used, OWNER),
      ],
    },
  ],
} as const satisfies Readonly<Record<string, readonly Route[]>>;

export type RoutesName = keyof typeof ROUTES;

export function routes(which: RoutesName, options: Options): Drawn {
  const all: readonly Route[] = ROUTES[which];
  const plain = (name: string) => name.replace('- ', '');
  const rows = all.flatMap(({ title, steps }) =>
    steps.map(({ name, by }, at) => [title, String(at + 1), plain(name), by]),
  );
  const description = all
    .map(({ title, steps }) => {
      const words = steps.map(({ name, by }) => ROUTE.step(plain(name), by));
      return ROUTE.way(title, words.join(ROUTE.and_then));
    })
    .join('. ');
  return figure(options, `${description}.`, { columns: ROUTE.columns, rows }, width =>
    draw(all, width, `${slug(options.id)}-${width}-head`),
  );
}

const TITLE = 30;
const TITLE_LINE = 17;
const TITLE_CHARACTERS = 42;
const BOX = { width: 108, height: 46 } as const;
const OWNER_LINE = 18;
const GAP_BELOW = 14;
const LINE = 16;
/** Letters of a line in a box. */
const CHARACTERS = 14;
const MOST_STEPS = 5;
const HEAD = 8;

function wrapped(text: string, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= most || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function arrowHead(id: string): string {
  const path = element('path', { d: 'M0 0.5L8 4L0 7.5z', class: 'state-head' });
  const size = { markerWidth: HEAD, markerHeight: HEAD, refX: 7, refY: 4 };
  return element(
    'defs',
    {},
    element('marker', { id, viewBox: '0 0 8 8', ...size, orient: 'auto' }, path),
  );
}

function box(name: string, x: number, y: number, width: number): string {
  const lines = wrapped(name, Math.floor((width * CHARACTERS) / BOX.width));
  const first = y + BOX.height / 2 + 4.5 - ((lines.length - 1) * LINE) / 2;
  return [
    element('rect', { x, y, width, height: BOX.height, class: 'state-box' }),
    ...lines.map((text, at) =>
      label(text, x + width / 2, first + at * LINE, { 'text-anchor': 'middle', class: 'fig-tick' }),
    ),
  ].join('');
}

function draw(
  all: readonly Route[],
  width: number,
  head: string,
): { height: number; markup: string[] } {
  const narrow = width === NARROW;
  const markup = [arrowHead(head)];
  let y = 0;
  for (const { title, steps } of all) {
    const lines = narrow ? wrapped(title, TITLE_CHARACTERS) : [title];
    if (y > 0) markup.push(line(4, y, width - 4, y, 'fig-minor'));
    lines.forEach((text, at) => {
      markup.push(label(text, 4, y + 20 + at * TITLE_LINE, { class: 'fig-band' }));
    });
    y += TITLE + (lines.length - 1) * TITLE_LINE;
    y = narrow ? chainDown(steps, y, head, markup) : chainAcross(steps, y, width, head, markup);
  }
  return { height: y, markup };
}

/** Boxes beside each other, whoever does the step below each. Returns where the next way begins. */
function chainAcross(
  steps: readonly Step[],
  y: number,
  width: number,
  head: string,
  markup: string[],
): number {
  const pitch = BOX.width + (width - 8 - MOST_STEPS * BOX.width) / (MOST_STEPS - 1);
  steps.forEach(({ name, by }, at) => {
    const x = 4 + at * pitch;
    markup.push(
      box(name, x, y, BOX.width),
      label(by, x + BOX.width / 2, y + BOX.height + OWNER_LINE, {
        'text-anchor': 'middle',
        class: 'fig-title',
      }),
    );
    if (at > 0) {
      const middle = y + BOX.height / 2;
      const from = x - pitch + BOX.width;
      markup.push(arrow(`M${from} ${middle}L${x} ${middle}`, head));
    }
  });
  return y + BOX.height + OWNER_LINE + GAP_BELOW;
}

/** Boxes below each other, whoever does the step beside each. */
function chainDown(steps: readonly Step[], y: number, head: string, markup: string[]): number {
  const pitch = BOX.height + 22;
  const wide = BOX.width + 52;
  steps.forEach(({ name, by }, at) => {
    const top = y + at * pitch;
    markup.push(
      box(name, 12, top, wide),
      label(by, 12 + wide + 14, top + BOX.height / 2 + 4.5, { class: 'fig-title' }),
    );
    const middle = 12 + wide / 2;
    if (at > 0) markup.push(arrow(`M${middle} ${top - 22}L${middle} ${top}`, head));
  });
  return y + steps.length * pitch - 22 + GAP_BELOW;
}

const arrow = (d: string, head: string): string =>
  element('path', { d, class: 'state-arrow', 'marker-end': `url(#${head})` });
