// The simulator's controls, loaded when the reader asks for them: reads the choices, starts and stops
// a worker, draws what comes, and compares it with the published record at the end. Nothing leaves
// the page, and nothing is asked of any other site.
import type { LabRecord } from '../../lab/records/schema.ts';
import { SIMULATOR_PANEL } from '../data/panel-strings.ts';
import { compareWith } from './equal.ts';
import type { BoardName, RunEvent, RunRequest } from './messages.ts';
import { middleOf, plot } from './plot.ts';

/** What the page knows at build time. */
export interface SimulatorData {
  readonly boards: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly sha256: string;
        readonly clock_hz: number;
        readonly modes: readonly string[];
      }
    >
  >;
  /** Mechanism of each mode: its colour. */
  readonly mechanisms: Readonly<Record<string, string>>;
  /** "uno polled heavy" → the published record and its samples per round. */
  readonly records: Readonly<Record<string, { readonly href: string; readonly samples: number }>>;
  /** Samples where there is no record to equal. */
  readonly samples: number;
}

/** How often the drawing changes; rarely where the reader prefers little movement. */
const REDRAW_MS = 60;
const CALM_REDRAW_MS = 1500;

const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u202f');

export class Panel {
  readonly #root: HTMLElement;
  readonly #data: SimulatorData;
  #worker: Worker | undefined;
  #values: number[] = [];
  #cycles = 0;
  #drawn_at = 0;

  constructor(root: HTMLElement, data: SimulatorData) {
    this.#root = root;
    this.#data = data;
    this.#part('start').addEventListener('click', () => this.#start());
    this.#part('stop').addEventListener('click', () => this.#stop(SIMULATOR_PANEL.stopped));
    for (const input of root.querySelectorAll('input')) {
      input.addEventListener('change', () => this.#chosen());
    }
    addEventListener('resize', () => this.#draw());
    this.#chosen();
  }

  #part(name: string): HTMLElement {
    const found = this.#root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (found === null) throw new Error(`the simulator's markup has no part "${name}"`);
    return found;
  }

  #choice(name: string): string {
    return this.#root.querySelector<HTMLInputElement>(`input[data-choice="${name}"]:checked`)!
      .value;
  }

  /** A choice changed: what the board cannot do is not offered, and the old result goes. */
  #chosen(): void {
    const { modes } = this.#data.boards[this.#choice('board')]!;
    for (const input of this.#root.querySelectorAll<HTMLInputElement>(
      'input[data-choice="mode"]',
    )) {
      input.disabled = !modes.includes(input.value);
      if (input.disabled && input.checked) {
        this.#root.querySelector<HTMLInputElement>('input[data-choice="mode"]')!.checked = true;
      }
    }
    this.#stop('');
    this.#values = [];
    this.#cycles = 0;
    this.#judged();
    this.#part('sha').textContent = this.#data.boards[this.#choice('board')]!.sha256;
    this.#draw();
  }

  #key(): string {
    return `${this.#choice('board')} ${this.#choice('mode')} ${this.#choice('load')}`;
  }

  #samples(): number {
    return this.#data.records[this.#key()]?.samples ?? this.#data.samples;
  }

  #start(): void {
    this.#stop('');
    this.#values = [];
    const name = this.#choice('board') as BoardName;
    const { image, sha256 } = this.#data.boards[name]!;
    const request: RunRequest = {
      board: name,
      mode: this.#choice('mode'),
      load: this.#choice('load'),
      samples: this.#samples(),
      image: new URL(image, location.href).href,
      sha256,
    };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker = worker;
    this.#running(true);
    this.#judged();
    this.#say(SIMULATOR_PANEL.running);
    worker.addEventListener('message', ({ data }: MessageEvent<RunEvent>) => {
      if (worker === this.#worker) this.#heard(data, sha256);
    });
    worker.addEventListener('error', event => {
      if (worker === this.#worker)
        this.#stop(SIMULATOR_PANEL.not_here(event.message || SIMULATOR_PANEL.not_loaded));
    });
    worker.postMessage(request);
  }

  #stop(words: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#running(false);
    this.#say(words);
  }

  #running(on: boolean): void {
    this.#root.dataset.running = String(on);
    const stop = this.#part('stop') as HTMLButtonElement;
    // A button that is switched off under the reader's hands must not take the focus with it.
    if (!on && document.activeElement === stop) this.#part('start').focus();
    stop.disabled = !on;
  }

  /** Read out by screen readers: only beginning and end are told, never each sample. */
  #say(words: string): void {
    this.#part('status').textContent = words;
  }

  #heard(event: RunEvent, sha256: string): void {
    if (event.event === 'failed') {
      this.#stop(SIMULATOR_PANEL.failed(event.message));
      return;
    }
    if (event.event === 'samples') {
      this.#values.push(...event.values);
      this.#cycles = event.cycles;
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      const due = performance.now() - this.#drawn_at >= (calm ? CALM_REDRAW_MS : REDRAW_MS);
      if (due) this.#draw();
      return;
    }
    this.#stop('');
    this.#draw();
    const sorted = [...this.#values].sort((a, b) => a - b);
    const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    const notes = event.notes.length > 0 ? ` ${event.notes.join('. ')}.` : '';
    this.#say(
      SIMULATOR_PANEL.finished(
        grouped(sorted.length),
        grouped(least),
        grouped(middleOf(sorted)),
        grouped(most),
      ) + notes,
    );
    void this.#judge(sha256);
  }

  async #judge(sha256: string): Promise<void> {
    const published = this.#data.records[this.#key()];
    if (published === undefined) {
      this.#judged(SIMULATOR_PANEL.no_record);
      return;
    }
    const values = this.#values;
    const answer = await fetch(published.href).catch(() => undefined);
    if (values !== this.#values) return; // another run began meanwhile
    if (answer?.ok !== true) {
      this.#judged(SIMULATOR_PANEL.record_not_loaded);
      return;
    }
    const verdict = compareWith((await answer.json()) as LabRecord, values, sha256);
    const link = document.createElement('a');
    link.href = published.href;
    link.textContent = SIMULATOR_PANEL.record;
    const strong = document.createElement('strong');
    strong.textContent = verdict.equal ? SIMULATOR_PANEL.yes : SIMULATOR_PANEL.no;
    this.#judged(SIMULATOR_PANEL.equals, link, ': ', strong, `. ${verdict.words}`);
    this.#part('verdict').dataset.equal = String(verdict.equal);
  }

  /** Read out as one sentence: what has parts would be said in parts. */
  #judged(...words: (string | Node)[]): void {
    const place = this.#part('verdict');
    place.replaceChildren(...words);
    this.#part('told').textContent = place.textContent;
  }

  #draw(): void {
    this.#drawn_at = performance.now();
    const values = this.#values;
    const sorted = [...values].sort((a, b) => a - b);
    const place = this.#part('plot');
    const width = Math.round(Math.min(680, Math.max(260, place.clientWidth)));
    const mode = this.#choice('mode');
    place.innerHTML = plot(values, {
      width,
      mechanism: this.#data.mechanisms[mode] ?? 'reference',
      title: SIMULATOR_PANEL.histogram(values.length, sorted[0] ?? 0, sorted.at(-1) ?? 0),
    });
    const set = (name: string, value: number | undefined) => {
      this.#part(name).textContent =
        value === undefined || Number.isNaN(value) ? '–' : grouped(value);
    };
    set('least', sorted[0]);
    set('median', middleOf(sorted));
    set('most', sorted.at(-1));
    this.#part('count').textContent = SIMULATOR_PANEL.of(
      grouped(values.length),
      grouped(this.#samples()),
    );
    const { clock_hz } = this.#data.boards[this.#choice('board')]!;
    this.#part('time').textContent =
      this.#cycles === 0 ? '–' : `${(this.#cycles / clock_hz).toFixed(2)}\u00a0s`;
    this.#table(sorted);
  }

  /** Every value and how often it came: what the drawing shows, exactly. */
  #table(sorted: readonly number[]): void {
    const counted = new Map<number, number>();
    for (const value of sorted) counted.set(value, (counted.get(value) ?? 0) + 1);
    const rows = [...counted].map(([value, count]) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = grouped(value);
      const cell = document.createElement('td');
      cell.textContent = grouped(count);
      row.append(head, cell);
      return row;
    });
    this.#part('table').replaceChildren(...rows);
  }
}
