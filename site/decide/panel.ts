// The form on the page "Which should I use?": reads the reader's situation, decides on the published
// records of the machine that the reader chose or on files of the reader's own, and says why. Files stay in
// the browser, and which machine was chosen is known to this visit only.
import { DECIDE_PANEL } from '../data/panel-strings.ts';
import type { Evidence, Form, Situation, Unanswered, Verdict } from './decide.ts';
import { decide, isAnswered } from './decide.ts';
import { evidenceWords, NotOurs, readEvidence } from './evidence.ts';

export interface DecideData {
  readonly forms: readonly Form[];
  /** Where the published evidence lies, by the name of the machine. */
  readonly published: Readonly<Record<string, string>>;
  /** Pages of the drivers, by id. */
  readonly pages: Readonly<Record<string, string>>;
}

const LARGEST_BYTES = 32 * 1024 * 1024;

/** The choice that is no machine. */
const OWN = '';
const KEPT_AS = 'iolab-decide-machine';

export class DecidePanel {
  readonly #root: HTMLElement;
  readonly #data: DecideData;
  readonly #choice: HTMLSelectElement;
  /** What there is by now of each choice. */
  readonly #held = new Map<string, Evidence>();

  constructor(root: HTMLElement, data: DecideData) {
    this.#root = root;
    this.#data = data;
    this.#choice = this.#part<HTMLSelectElement>('whose');
    for (const input of root.querySelectorAll<HTMLInputElement>('input[type="radio"]')) {
      input.addEventListener('change', () => this.#answer());
    }
    const files = this.#part<HTMLInputElement>('files');
    // The same file again, measured anew, is no change to a browser that still holds its name.
    files.addEventListener('click', () => {
      files.value = '';
    });
    files.addEventListener('change', () => void this.#take(files.files));
    const before = kept();
    if (before !== undefined && Object.hasOwn(data.published, before)) this.#choice.value = before;
    this.#choice.addEventListener('change', () => {
      keep(this.#choice.value);
      void this.#load();
    });
    void this.#load();
  }

  #part<T extends HTMLElement>(name: string): T {
    const found = this.#root.querySelector<T>(`[data-part="${name}"]`);
    if (found === null) throw new Error(`the form's markup has no part "${name}"`);
    return found;
  }

  /** Loads what was chosen where it is not here yet, and answers. */
  async #load(): Promise<void> {
    const machine = this.#choice.value;
    const href = this.#data.published[machine];
    if (href === undefined || this.#held.has(machine)) {
      this.#answer();
      return;
    }
    // Seen only: who listens is told of the answer.
    this.#part('answer').replaceChildren(paragraph(DECIDE_PANEL.loading(machine)));
    try {
      const answer = await fetch(href);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#held.set(machine, (await answer.json()) as Evidence);
      if (this.#choice.value === machine) this.#answer();
    } catch (error) {
      // The reader may have chosen another meanwhile.
      if (this.#choice.value !== machine) return;
      this.#say(DECIDE_PANEL.unreachable(machine, (error as Error).message));
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
    this.#held.set(OWN, {
      records: all.flatMap(({ records }) => records),
      fits: all.flatMap(({ fits }) => fits),
    });
    this.#choice.value = OWN;
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
    const machine = this.#choice.value;
    const evidence = this.#held.get(machine);
    if (evidence !== undefined) {
      const whose = machine === OWN ? DECIDE_PANEL.your_files : DECIDE_PANEL.records_of(machine);
      this.#show(decide(evidence, situation, this.#data.forms), whose);
    } else if (machine === OWN) {
      const any = Object.keys(this.#data.published).length > 0;
      this.#say(any ? DECIDE_PANEL.no_files : DECIDE_PANEL.none);
    }
  }

  #say(text: string): void {
    this.#tell(text);
    this.#part('answer').replaceChildren(paragraph(text));
  }

  /** What a screen reader says at once: one sentence, and not the whole answer in pieces. */
  #tell(text: string): void {
    this.#part('told').textContent = text;
  }

  #show(answer: Verdict | Unanswered, whose: string): void {
    const refused = list(
      DECIDE_PANEL.ruled_out,
      answer.refused.map(one => [this.#name(one.driver), DECIDE_PANEL.because(one.why)]),
    );
    if (!isAnswered(answer)) {
      const { missing, command } = answer;
      const said = paragraph(DECIDE_PANEL.missing(whose, missing), code(command), '.');
      this.#tell(said.textContent);
      this.#part('answer').replaceChildren(said, refused);
      return;
    }
    const { best, ties, behind, basis } = answer;
    const why = `${DECIDE_PANEL.because(best.reasons.join('; '))}.`;
    this.#tell(
      `${DECIDE_PANEL.use}${best.driver}${why} ${DECIDE_PANEL.more(ties.length, answer.refused.length)}`,
    );
    const parts: HTMLElement[] = [paragraph(DECIDE_PANEL.use, this.#name(best.driver), why)];
    if (ties.length > 0) {
      const names = ties.flatMap(({ driver }, at) => [at > 0 ? ', ' : '', this.#name(driver)]);
      parts.push(paragraph(DECIDE_PANEL.ties, ...names, '.'));
    }
    const others = behind.map(one => [
      this.#name(one.driver),
      DECIDE_PANEL.because(one.reasons.join('; ')),
    ]);
    const evidence = evidenceWords(best.record.evidence);
    parts.push(
      list(DECIDE_PANEL.behind, others),
      refused,
      paragraph(DECIDE_PANEL.decided(whose, evidence, basis)),
    );
    this.#part('answer').replaceChildren(...parts);
  }

  #name(driver: string): HTMLElement {
    const href = this.#data.pages[driver];
    if (href === undefined) return code(driver);
    const link = document.createElement('a');
    link.href = href;
    link.append(code(driver));
    return link;
  }
}

// A browser may refuse to keep anything; then the first machine is chosen anew.
function kept(): string | undefined {
  try {
    return sessionStorage.getItem(KEPT_AS) ?? undefined;
  } catch {
    return undefined;
  }
}

function keep(machine: string): void {
  try {
    // Files are not kept, so there is nothing to go back to.
    if (machine === OWN) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, machine);
  } catch {
    // It is chosen for this page all the same.
  }
}

function code(text: string): HTMLElement {
  const made = document.createElement('code');
  made.textContent = text;
  return made;
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
