// A timeline as a drawing, wide and narrow: lanes from the top, time from left to right, the steps as
// numbers above. Work is filled in the mechanism's colour, waiting is hatched, a wake-up is a hairline
// through its lanes, all else that passes is an arrow. Pure; the player only moves what is drawn last.
import { TIMELINE_DRAWN } from '../data/diagram-strings.ts';
import { type Box, bottomAxis, linearScale, type Scale } from '../figures/axis.ts';
import { type Drawn, figure, NARROW } from '../figures/figure.ts';
import { figures } from '../figures/format.ts';
import { spread } from '../figures/labels.ts';
import { coordinate, element, hatchPattern, label, line, slug } from '../figures/svg.ts';
import { basisWords, KIND_WORDS, type Mark, type Span, type Timeline } from './types.ts';
import { LETTER, placeWords, type Wanted } from './words.ts';

const TALL = 28;
/** Numbers of the steps stand above this line, and the lanes begin below it. */
const TOP = 36;
/** A number needs so much room. */
const NUMBER = 17;

export function drawTimeline(timeline: Timeline, id: string): Drawn {
  const { lanes, spans, steps, basis, title } = timeline;
  const name = (lane: string) => lanes.find(one => one.id === lane)!.title;
  return figure(
    { id, title },
    TIMELINE_DRAWN.about(basisWords(basis), lanes.map(one => one.title).join(', '), steps.length),
    {
      columns: TIMELINE_DRAWN.columns,
      rows: spans
        .toSorted((a, b) => a.from - b.from)
        .map(({ lane, text, kind }) => [name(lane), text, KIND_WORDS[kind]]),
    },
    width => draw(timeline, width, `${slug(id)}-${width === NARROW ? 'narrow' : 'wide'}-wait`),
  );
}

interface Frame {
  readonly x: Scale;
  readonly box: Box;
  readonly gap: number;
  readonly narrow: boolean;
  /** Upper edge of a lane. */
  readonly top: (lane: string) => number;
  readonly at: (lane: string) => number;
}

function frameOf({ lanes, length, basis }: Timeline, width: number): Frame {
  const narrow = width === NARROW;
  // The first number of a scale stands over the edge by half.
  const left = narrow ? (basis.kind === 'recorded' ? 18 : 8) : 96;
  const right = width - 10;
  const gap = narrow ? 32 : 25;
  const first = TOP + (narrow ? 20 : 8);
  const at = (lane: string) => lanes.findIndex(({ id }) => id === lane);
  const top = (lane: string) => first + at(lane) * (TALL + gap);
  const bottom = first + lanes.length * (TALL + gap) - gap + 8;
  const x = linearScale([0, length], left, right, narrow ? 4 : 8);
  return { x, box: { left, top: TOP, right, bottom }, gap, narrow, top, at };
}

function draw(timeline: Timeline, width: number, hatch: string) {
  const { mechanism, basis, lanes, spans, marks } = timeline;
  const frame = frameOf(timeline, width);
  const { x, box } = frame;
  const time =
    basis.kind === 'recorded'
      ? [
          bottomAxis(
            x,
            box,
            value => `${figures(value)}\u00a0${basis.unit}`,
            TIMELINE_DRAWN.since(basis.since, basisWords(basis)),
          ),
        ]
      : [
          line(box.left, box.bottom, box.right, box.bottom, 'fig-base'),
          label(TIMELINE_DRAWN.time(basisWords(basis)), box.right, box.bottom + 17, {
            'text-anchor': 'end',
            class: 'fig-title',
          }),
        ];
  return {
    height: box.bottom + (basis.kind === 'recorded' ? 44 : 24),
    markup: [
      hatchPattern(hatch),
      ...time,
      // Behind what they point at.
      ...numbers(timeline, frame),
      element(
        'g',
        { class: `m-${mechanism}` },
        ...spans.map(span => bar(span, frame, hatch)),
        // Hides what of the spans is still to come; marks and words show it by themselves.
        moved(timeline, frame, later(frame)),
        ...marks.map(mark => arrow(mark, frame)),
        ...words(timeline, frame),
      ),
      ...lanes.map(({ id, title }) => titleOf(id, title, timeline, frame)),
      moved(timeline, frame, line(box.left, box.top - 4, box.left, box.bottom, 'tl-head')),
    ],
  };
}

const later = ({ box }: Frame): string =>
  element('rect', {
    x: box.left + 0.6,
    y: box.top,
    width: box.right - box.left + 9,
    height: box.bottom - box.top,
    class: 'tl-later',
  });

/** What the player moves along, and how far for each unit of time. */
const moved = ({ length }: Timeline, { box }: Frame, markup: string): string =>
  element('g', { class: 'tl-play', 'data-wide': String((box.right - box.left) / length) }, markup);

/** Where on a phone a lane's title may stand above its lane: clear of the arrows that pass there. */
function freeAbove(id: string, wide: number, { marks }: Timeline, { x, box, at }: Frame) {
  const crossing = marks
    .filter(mark => {
      const [from, to] = [at(mark.from_lane), at(mark.to_lane)];
      return Math.min(from, to) < at(id) && at(id) <= Math.max(from, to);
    })
    .map(mark => x(mark.at));
  return {
    crossing,
    free: (from: number) =>
      from >= box.left &&
      from + wide <= box.right &&
      !crossing.some(one => one > from - 4 && one < from + wide + 4),
  };
}

/**
 * At the left in one or two lines. Where there is no room, above its lane: all titles at the left, or all at the
 * right, so that they are found in one column; where no column is clear of arrows, each beside those of its lane.
 */
function titleOf(id: string, title: string, timeline: Timeline, frame: Frame): string {
  const { box, narrow, top } = frame;
  if (narrow) {
    const wideOf = (text: string) => text.length * LETTER;
    const column = (start: (wide: number) => number) =>
      timeline.lanes.every(lane => {
        const wide = wideOf(lane.title);
        return freeAbove(lane.id, wide, timeline, frame).free(start(wide));
      });
    const y = top(id) - 5;
    if (column(() => box.left)) return label(title, box.left, y, { class: 'fig-title tl-over' });
    if (column(wide => box.right - wide)) {
      return label(title, box.right, y, { 'text-anchor': 'end', class: 'fig-title tl-over' });
    }
    const { crossing, free } = freeAbove(id, wideOf(title), timeline, frame);
    const places = [box.left, box.right - wideOf(title), ...crossing.map(one => one + 6)];
    return label(title, places.find(free) ?? box.left, y, { class: 'fig-title tl-over' });
  }
  const lines = title.length > 12 ? halves(title) : [title];
  const first = top(id) + TALL / 2 + 4 - (lines.length - 1) * 7.5;
  return lines
    .map((text, index) => label(text, 4, first + index * 15, { class: 'fig-title' }))
    .join('');
}

/** At the space that is nearest to the middle. */
function halves(text: string): string[] {
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const [best] = spaces.toSorted(
    (a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2),
  );
  return best === undefined ? [text] : [text.slice(0, best), text.slice(best + 1)];
}

const CLASSES = { work: 'tl-work', other: 'tl-other', wait: 'tl-wait' } as const;

function bar(span: Span, { x, top }: Frame, hatch: string): string {
  const { lane, from, to, kind, text, short } = span;
  const wide = x(to) - x(from);
  const fits = [text, ...(short === undefined ? [] : [short])].find(
    one => one.length * LETTER + 6 <= wide,
  );
  return element(
    'g',
    { class: 'tl-span', 'data-from': from, 'data-to': to },
    element('rect', {
      x: x(from),
      y: top(lane),
      width: Math.max(1, wide),
      height: TALL,
      class: CLASSES[kind],
      fill: kind === 'wait' ? `url(#${hatch})` : undefined,
    }),
    fits === undefined
      ? ''
      : label(fits, x((from + to) / 2), top(lane) + TALL / 2 + 4, {
          'text-anchor': 'middle',
          class: kind === 'wait' ? 'tl-text tl-over' : 'tl-text',
        }),
  );
}

function arrow({ at, from_lane, to_lane, kind }: Mark, { x, top }: Frame): string {
  const down = top(to_lane) > top(from_lane);
  const place = x(at);
  const attributes = { class: `tl-mark tl-${kind}`, 'data-at': at };
  if (kind === 'wake') {
    const [above, below] = [
      Math.min(top(from_lane), top(to_lane)),
      Math.max(top(from_lane), top(to_lane)),
    ];
    return element('g', attributes, line(place, above - 3, place, below + TALL + 3, 'tl-line'));
  }
  const begin = top(from_lane) + (down ? TALL : 0);
  const end = top(to_lane) + (down ? 0 : TALL);
  const back = down ? -6 : 6;
  const head =
    kind === 'doorbell'
      ? element('circle', { cx: place, cy: end + back / 2, r: 3.2, class: 'tl-point' })
      : element('path', {
          d: `M${coordinate(place - 3.4)} ${coordinate(end + back)}L${coordinate(place)} ${coordinate(end)}L${coordinate(place + 3.4)} ${coordinate(end + back)}z`,
          class: 'tl-point',
        });
  return element('g', attributes, line(place, begin, place, end + back / 2, 'tl-line'), head);
}

/** The words of the marks, where there is room for them. */
function words({ lanes, marks }: Timeline, { x, box, gap, narrow, top, at }: Frame): string[] {
  const wanted = marks.map(({ text, at: when, from_lane, to_lane }): Wanted => {
    const [from, to] = [at(from_lane), at(to_lane)];
    const gaps = Array.from({ length: Math.abs(to - from) }, (_, index) =>
      to > from ? from + index : from - 1 - index,
    );
    return { text, x: x(when), at: when, gaps };
  });
  return placeWords(wanted, box.left, box.right).map(word => {
    // A narrow drawing has the title of the next lane in the lower half of the gap.
    const y = top(lanes[word.gap]!.id) + TALL + (narrow ? 12 : gap / 2 + 4);
    return label(word.text, word.x, y, {
      'text-anchor': word.anchor,
      class: 'tl-word',
      'data-at': word.at,
    });
  });
}

/** Over their moments, moved apart where they would cover each other, each with a line to its moment. */
function numbers({ steps }: Timeline, { x, box }: Frame): string[] {
  const wanted = steps.map(({ at }) => x(at));
  const places = spread(wanted, box.left, box.right - 4, NUMBER);
  return steps.flatMap((_, index) => [
    element('path', {
      d: `M${coordinate(places[index]!)} 20L${coordinate(wanted[index]!)} ${TOP}V${coordinate(box.bottom)}`,
      class: 'tl-step',
    }),
    label(String(index + 1), places[index]!, 15, { 'text-anchor': 'middle', class: 'fig-band' }),
  ]);
}
