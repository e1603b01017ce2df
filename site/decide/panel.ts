// The form on the page "Which should I use?": reads the reader's situation, decides on the published
// records or on files of the reader's own, and says why. Files stay in the browser.
import { DECIDE_PANEL } from '../data/strings.ts';
import type { Evidence, Form, Situation, Unanswered, Verdict } from './decide.ts';
import { decide, isAnswered } from './decide.ts';
import { NotOurs, readEvidence } from './evidence.ts';

export interface DecideData {
  readonly forms: readonly Form[];
  /** Where the published evidence lies, and what the machine is called. */
  readonly published: Readonly<Record<string, string>>;
  /** Pages of the drivers, by id. */
  readonly pages: Readonly<Record<string, string>>;
}

const LARGEST_BYTES = 32 * 1024 * 1024;

export class DecidePanel {
  readonly #root: HTMLElement;
  readonly #data: DecideData;
  #evidence: Evidence | undefined;
  #whose = '';

  constructor(root: HTMLElement, data: DecideData) {
    this.#root = root;
    this.#data = data;
    for (const input of root.querySelectorAll<HTMLInputElement>('input[type="radio"]')) {
      input.addEventListener('change', () => this.#answer());
    }
    const files = this.#part<HTMLInputElement>('files');
    files.addEventListener('change', () => void this.#take(files.files));
    void this.#published();
  }

  #part<T extends HTMLElement>(name: string): T {
    const found = this.#root.querySelector<T>(`[data-part="${name}"]`);
    if (found === null) throw new Error(`the form's markup has no part "${name}"`);
    return found;
  }

  async #published(): Promise<void> {
    const [first] = Object.entries(this.#data.published);
    if (!first) {
      this.#say(DECIDE_PANEL.none);
      return;
    }
    const [machine, href] = first;
    try {
      const answer = await fetch(href);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#evidence = (await answer.json()) as Evidence;
      this.#whose = machine;
      this.#answer();
    } catch (error) {
      this.#say(DECIDE_PANEL.unreachable((error as Error).message));
    }
  }

  async #take(files: FileList | null): Promise<void> {
    if (files === null || files.length === 0) return;
    const all: Evidence[] = [];
    const refused: string[] = [];
    for (const file of files) {
      try {
        if (file.size > LARGEST_BYTES) throw new NotOurs(DECIDE_PANEL.too_large);
        all.push(readEvidence(await file.text()));
      } catch (error) {
        refused.push(DECIDE_PANEL.refused(file.name, (error as Error).message));
      }
    }
    this.#part('refused').textContent = refused.join('; ');
    if (all.length === 0) return;
    this.#evidence = {
      records: all.flatMap(({ records }) => records),
      fits: all.flatMap(({ fits }) => fits),
    };
    this.#whose = DECIDE_PANEL.your_files;
    this.#answer();
  }

  #chosen(name: string): string {
    return (
      this.#root.querySelector<HTMLInputElement>(`input[data-choice="${name}"]:checked`)?.value ??
      ''
    );
  }

  #situation(): Situation {
    const spare_processor = this.#chosen('spare') === 'yes';
    if (this.#chosen('task') === 'read') {
      const priority = this.#chosen('read-priority') as 'latency' | 'processor' | 'throughput';
      return { task: 'read', depth: Number(this.#chosen('depth')), priority, spare_processor };
    }
    const priority = this.#chosen('wait-priority') as 'latency' | 'processor';
    return {
      task: 'wait',
      rate_hz: Number(this.#chosen('rate')),
      watched: Number(this.#chosen('watched')),
      priority,
      spare_processor,
    };
  }

  #answer(): void {
    const situation = this.#situation();
    for (const group of this.#root.querySelectorAll<HTMLElement>('[data-for]')) {
      group.hidden = group.dataset.for !== situation.task;
    }
    if (!this.#evidence) return;
    this.#show(decide(this.#evidence, situation, this.#data.forms));
  }

  #say(text: string): void {
    this.#part('answer').replaceChildren(paragraph(text));
  }

  #show(answer: Verdict | Unanswered): void {
    if (!isAnswered(answer)) {
      this.#say(DECIDE_PANEL.missing(answer.missing, answer.command));
      return;
    }
    const { best, ties, behind, refused, basis } = answer;
    const parts: HTMLElement[] = [
      paragraph(
        DECIDE_PANEL.use,
        this.#name(best.driver),
        `${DECIDE_PANEL.because(best.reasons.join('; '))}.`,
      ),
    ];
    if (ties.length > 0) {
      const names = ties.flatMap(({ driver }, at) => [at > 0 ? ', ' : '', this.#name(driver)]);
      parts.push(paragraph(DECIDE_PANEL.ties, ...names, '.'));
    }
    parts.push(
      list(
        DECIDE_PANEL.behind,
        behind.map(one => [this.#name(one.driver), DECIDE_PANEL.because(one.reasons.join('; '))]),
      ),
      list(
        DECIDE_PANEL.ruled_out,
        refused.map(one => [this.#name(one.driver), DECIDE_PANEL.because(one.why)]),
      ),
      paragraph(DECIDE_PANEL.decided(this.#whose, basis)),
    );
    this.#part('answer').replaceChildren(...parts);
  }

  #name(driver: string): HTMLElement {
    const href = this.#data.pages[driver];
    const code = document.createElement('code');
    code.textContent = driver;
    if (href === undefined) return code;
    const link = document.createElement('a');
    link.href = href;
    link.append(code);
    return link;
  }
}

function paragraph(...parts: (string | Node)[]): HTMLParagraphElement {
  const made = document.createElement('p');
  made.append(...parts);
  return made;
}

function list(title: string, rows: readonly (readonly (string | Node)[])[]): HTMLElement {
  const details = document.createElement('details');
  details.hidden = rows.length === 0;
  const summary = document.createElement('summary');
  summary.textContent = `${title} (${rows.length})`;
  const items = document.createElement('ul');
  for (const row of rows) {
    const item = document.createElement('li');
    item.append(...row);
    items.append(item);
  }
  details.append(summary, items);
  return details;
}
