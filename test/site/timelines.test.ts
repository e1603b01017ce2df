// The timelines: each is sound in itself and says what its lengths are worth; each drawing is whole in words, its
// letters large enough, apart from each other and inside; and each stands on a page.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NARROW, WIDE } from '../../site/figures/figure.ts';
import { faultsOf } from '../../site/timelines/check.ts';
import { drawTimeline } from '../../site/timelines/draw.ts';
import { timelineForms, timelineOf } from '../../site/timelines/find.ts';
import { basisWords, type Timeline } from '../../site/timelines/types.ts';
import { placeWords } from '../../site/timelines/words.ts';

const root = join(import.meta.dirname, '../..');
const forms = timelineForms();
const timelines = await Promise.all(
  forms.map(async form => [form, await timelineOf(form)] as const),
);

/** The size of letters of each class, from the style sheets themselves. */
const sizes = new Map(
  ['figures', 'timelines'].flatMap(name =>
    [
      ...readFileSync(join(root, `site/styles/${name}.css`), 'utf8').matchAll(
        /\.fig \.([\w-]+)[^{}]*\{[^}]*font-size: ([\d.]+)px/g,
      ),
    ].map(([, one, size]) => [one!, Number(size)] as const),
  ),
);

interface Text {
  readonly text: string;
  readonly size_px: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Every text of a drawing with the place it takes: a letter about half as wide as it is high. */
function textsOf(svg: string): Text[] {
  return [...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"([^>]*)>([^<]*)</g)].map(
    ([, x, y, attributes, text]) => {
      const classes = /class="([^"]+)"/.exec(attributes!)?.[1]?.split(' ') ?? [];
      const size_px = Math.min(...classes.flatMap(one => sizes.get(one) ?? []), 13);
      const wide = text!.length * size_px * 0.53;
      const anchor = /text-anchor="(\w+)"/.exec(attributes!)?.[1] ?? 'start';
      const left = Number(x) - (anchor === 'end' ? wide : anchor === 'middle' ? wide / 2 : 0);
      const bottom = Number(y) + size_px * 0.2;
      return { text: text!, size_px, left, right: left + wide, top: bottom - size_px, bottom };
    },
  );
}

describe.each(timelines)('the timeline of %s', (form, timeline) => {
  const drawn = drawTimeline(timeline, `timeline-${form}`);

  it('is sound: lanes, spans that do not overlap, marks and steps on what is drawn', () => {
    expect(faultsOf(timeline)).toEqual([]);
    expect(timeline.title.length).toBeGreaterThan(10);
    for (const { text } of timeline.steps) expect(text).toMatch(/^[A-Z“].*\.$/s);
  });

  it('says whether its lengths are measured, in the drawing and in its description', () => {
    const words = basisWords(timeline.basis);
    expect(words).toMatch(/^(a model: lengths are not measured|recorded on \S+)$/);
    for (const svg of [drawn.wide, drawn.narrow]) {
      expect(textsOf(svg).some(({ text }) => text.includes(words))).toBe(true);
      expect(/<desc[^>]*>([^<]*)</.exec(svg)?.[1]).toContain(words);
    }
    if (timeline.basis.kind === 'model') {
      expect(timeline.basis.sources.length).toBeGreaterThan(0);
      for (const { href } of timeline.basis.sources) expect(href).toMatch(/^https?:\/\/\S+$/);
      expect(drawn.wide, 'a model has no scale').not.toContain('fig-tick');
    } else expect(drawn.wide).toContain('fig-tick');
  });

  it.each([
    ['wide', drawn.wide, WIDE],
    ['narrow', drawn.narrow, NARROW],
  ] as const)('is whole where it is %s', (_, svg, width) => {
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
    expect(svg).toMatch(/<title [^>]*>[^<]+<\/title>/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null|style=/);
    expect(svg.match(/class="tl-span"/g)).toHaveLength(timeline.spans.length);
    expect(svg.match(/class="tl-mark/g) ?? []).toHaveLength(timeline.marks.length);
    expect(svg.match(/class="tl-play"/g), 'the cover and the playhead').toHaveLength(2);
    const wakes = timeline.marks.filter(({ kind }) => kind === 'wake').length;
    expect(svg.match(/class="tl-mark tl-wake"[^>]*><line[^>]*\/><\/g>/g) ?? []).toHaveLength(wakes);
    const texts = textsOf(svg);
    for (const [index] of timeline.steps.entries())
      expect(texts.some(({ text }) => text === String(index + 1))).toBe(true);
    const bottom = Number(/viewBox="0 0 [\d.]+ ([\d.]+)"/.exec(svg)![1]);
    for (const [index, one] of texts.entries()) {
      expect(one.size_px, one.text).toBeGreaterThanOrEqual(10);
      expect(one.left, one.text).toBeGreaterThanOrEqual(0);
      expect(one.right, one.text).toBeLessThanOrEqual(width + 6);
      expect(one.bottom, one.text).toBeLessThanOrEqual(bottom);
      for (const other of texts.slice(0, index)) {
        const apart =
          one.right <= other.left ||
          other.right <= one.left ||
          one.bottom <= other.top ||
          other.bottom <= one.top;
        expect(apart, `"${one.text}" lies on "${other.text}"`).toBe(true);
      }
    }
  });

  it('has ids of its own in each drawing, so that both stand on one page', () => {
    const ids = [...`${drawn.wide}${drawn.narrow}`.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('timelines', () => {
  const pages = readdirSync(join(root, 'site/content/docs'))
    .filter(name => name.endsWith('.mdx'))
    .map(name => readFileSync(join(root, 'site/content/docs', name), 'utf8'));
  const components = readFileSync(join(root, 'site/components/OneRead.astro'), 'utf8');

  it('all stand on one page each, and pages ask for none that there is not', () => {
    const used = [...pages, components].flatMap(source =>
      [...source.matchAll(/<Timeline\b[^>]*\bform="([^"]+)"/g)].map(([, form]) => form!),
    );
    expect(used.toSorted()).toEqual(forms);
    expect(pages.filter(source => source.includes('<OneRead '))).toHaveLength(1);
  });

  it('cannot be had of a form that there is not, and the error says which there are', async () => {
    await expect(timelineOf('nothing')).rejects.toThrow(/"nothing".*blocking, .*threads/s);
    await expect(timelineOf('../types')).rejects.toThrow(/has blocking/);
  });

  it('are refused by the build where one is not sound, each fault by its words', () => {
    const sound: Timeline = {
      title: 'A test',
      mechanism: 'polling',
      basis: { kind: 'model', sources: [] },
      length: 10,
      lanes: [
        { id: 'a', title: 'a' },
        { id: 'b', title: 'b' },
      ],
      spans: [
        { lane: 'a', from: 0, to: 4, kind: 'work', text: 'one' },
        { lane: 'a', from: 4, to: 10, kind: 'wait', text: 'two' },
        { lane: 'b', from: 4, to: 6, kind: 'work', text: 'three' },
      ],
      marks: [{ at: 4, from_lane: 'a', to_lane: 'b', kind: 'call', text: 'call' }],
      steps: [
        { at: 0, text: 'First.' },
        { at: 4, text: 'Then.' },
      ],
    };
    expect(faultsOf(sound)).toEqual([]);
    const [one, two, three] = sound.spans;
    const [mark] = sound.marks;
    for (const [changed, complaint] of [
      [{ spans: [{ ...one!, to: 5 }, two!, three!] }, /"one" and "two" overlap in "a"/],
      [{ spans: [one!, { ...two!, to: 11 }, three!] }, /"two" lasts from 4 to 11/],
      [{ spans: [one!, two!, { ...three!, lane: 'c' }] }, /"three" is in the lane "c"/],
      [{ spans: [one!, two!], marks: [] }, /nothing happens in the lane "b"/],
      [{ marks: [{ ...mark!, at: 8 }] }, /"call" at 8 touches nothing in "b"/],
      [{ marks: [{ ...mark!, to_lane: 'a' }] }, /passes from "a" to itself/],
      [{ steps: [...sound.steps, { at: 5, text: 'No.' }] }, /at 5 nothing begins, ends or passes/],
      [{ steps: sound.steps.toReversed() }, /"First\." is not after the one before/],
      [{ steps: sound.steps.slice(1) }, /less than two steps/],
    ] satisfies [Partial<Timeline>, RegExp][])
      expect(faultsOf({ ...sound, ...changed }).join('; ')).toMatch(complaint);
  });
});

describe('titles of lanes on a phone', () => {
  it.each([
    ['interrupts', 'start'],
    ['polling', 'end'],
  ])('stand in one column where one is clear of arrows: %s', async (form, anchor) => {
    const timeline = await timelineOf(form);
    const { narrow } = drawTimeline(timeline, 'test');
    const titles = timeline.lanes.map(({ title }) => {
      const [, x, attributes] = new RegExp(`<text x="([\\d.]+)"([^>]*)>${title}<`).exec(narrow)!;
      return `${x} ${/text-anchor="(\w+)"/.exec(attributes!)?.[1] ?? 'start'}`;
    });
    expect(new Set(titles).size, titles.join(', ')).toBe(1);
    expect(titles[0]).toContain(anchor);
  });
});

describe('words beside arrows', () => {
  it('stand to the right, else to the left, else in another gap, else nowhere', () => {
    const places = (...wanted: { text: string; x: number; at: number; gaps: number[] }[]) =>
      placeWords(wanted, 0, 100).map(({ text, anchor, gap }) => [text, anchor, gap]);
    const word = (text: string, x: number, ...gaps: number[]) => ({ text, x, at: x, gaps });
    expect(places(word('aa', 50, 0))).toEqual([['aa', 'start', 0]]);
    expect(places(word('aa', 95, 0))).toEqual([['aa', 'end', 0]]);
    expect(places(word('aaaaaa', 50, 0, 1), word('b', 40, 0), word('c', 60, 0))[0]).toEqual([
      ...['aaaaaa', 'start', 1],
    ]);
    const crowded = places(word('aaaaaa', 50, 0), word('', 40, 0), word('', 60, 0));
    expect(crowded.some(([text]) => text === 'aaaaaa')).toBe(false);
  });
});
