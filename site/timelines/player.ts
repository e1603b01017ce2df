// Moves through a timeline that is drawn already: a playhead over both drawings, the step that is told, and the
// keys. It stops at each step as long as reading it takes. For readers who prefer little motion there are
// steps only: nothing runs.
import { TIMELINE } from '../data/strings.ts';
import { readingMs } from './reading.ts';

const CROSS_MS = 7000;

/** The reader prefers little motion. */
const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class LabTimeline extends HTMLElement {
  #at = -1;
  #frame = 0;
  #length = 1;
  #steps: { at: number; item: Element; words: string }[] = [];

  connectedCallback() {
    this.#length = Number(this.dataset.length);
    this.#steps = [...this.querySelectorAll<HTMLElement>('.tl-steps > li')].map(item => ({
      at: Number(item.dataset.at),
      item,
      words: item.textContent?.trim() ?? '',
    }));
    if (still()) this.#part('hint').textContent = TIMELINE.hint_steps;
    const controls = this.#part('controls');
    controls.addEventListener('click', event => {
      const { go } = (event.target as HTMLElement).dataset;
      if (go !== undefined) this.#go(go);
    });
    controls.addEventListener('keydown', event => this.#key(event as KeyboardEvent));
    this.#scrub.addEventListener('input', () => {
      this.#pause();
      this.#show(Number(this.#scrub.value));
    });
    this.classList.add('tl-ready');
  }

  disconnectedCallback() {
    this.#pause();
  }

  #part(name: string): HTMLElement {
    return this.querySelector(`[data-part="${name}"]`)!;
  }

  get #scrub(): HTMLInputElement {
    return this.#part('scrub') as HTMLInputElement;
  }

  /** The last step that has begun; -1 before the first. */
  #index(at = this.#at): number {
    return this.#steps.findLastIndex(step => step.at <= at);
  }

  #key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const button = (event.target as HTMLElement).localName === 'button';
    const go = {
      ' ': button ? undefined : 'play',
      ArrowRight: 'step',
      ArrowUp: 'step',
      ArrowLeft: 'back',
      ArrowDown: 'back',
      Home: 'first',
      End: 'last',
    }[event.key];
    if (go === undefined) return;
    event.preventDefault();
    this.#go(go);
  }

  #go(what: string) {
    const running = this.#frame !== 0;
    this.#pause();
    if (what === 'play') {
      if (still()) this.#to(this.#index() + 1);
      else if (!running) this.#play();
    }
    if (what === 'step') this.#to(this.#index() + 1);
    // Between two steps, back is to the beginning of the one that is told.
    if (what === 'back') this.#to(this.#steps.findLastIndex(step => step.at < this.#at));
    if (what === 'first') this.#to(0);
    if (what === 'last') this.#to(this.#steps.length - 1);
    if (what === 'all') this.#show(-1);
  }

  #to(index: number) {
    const last = this.#steps.length - 1;
    this.#show(this.#steps[Math.max(0, Math.min(last, index))]!.at);
  }

  #play() {
    if (this.#at < 0 || this.#at >= this.#length) this.#show(0);
    let before = performance.now();
    let reading = 0;
    const move = (now: number) => {
      // A page that was hidden goes on where it was.
      const gone = Math.min(100, now - before);
      before = now;
      reading -= gone;
      if (reading <= 0) {
        const next = this.#steps.find(step => step.at > this.#at);
        const end = next?.at ?? this.#length;
        this.#show(Math.min(end, this.#at + (gone * this.#length) / CROSS_MS));
        if (this.#at >= this.#length) return this.#pause();
        if (this.#at === next?.at) reading = readingMs(next.words);
      }
      this.#frame = requestAnimationFrame(move);
    };
    this.#frame = requestAnimationFrame(move);
    this.#part('play').textContent = TIMELINE.pause;
  }

  #pause() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#part('play').textContent = TIMELINE.play;
  }

  /** -1 is the whole drawing, as it is without a script. */
  #show(at: number) {
    const before = this.#index();
    this.#at = at;
    const index = this.#index();
    this.classList.toggle('is-playing', at >= 0);
    for (const play of this.querySelectorAll<SVGElement>('.tl-play')) {
      const moved = (at < 0 ? 0 : at) * Number(play.dataset.wide);
      play.setAttribute('transform', `translate(${moved} 0)`);
    }
    for (const part of this.querySelectorAll<SVGElement>('[data-from]')) {
      const { from, to } = part.dataset;
      part.classList.toggle('is-now', Number(from) <= at && at < Number(to));
    }
    for (const part of this.querySelectorAll<SVGElement>('svg [data-at]')) {
      part.classList.toggle('is-later', at >= 0 && Number(part.dataset.at) > at);
    }
    this.#scrub.value = String(Math.max(0, at));
    if (index === before) return;
    const step = this.#steps[index];
    const number = TIMELINE.of(index + 1, this.#steps.length);
    for (const one of this.#steps) {
      one.item.classList.toggle('is-now', one === step);
      // Colour alone is not heard.
      if (one === step) one.item.setAttribute('aria-current', 'step');
      else one.item.removeAttribute('aria-current');
    }
    // The hint is no part of what is read out: nobody asked when the page came.
    this.#part('hint').hidden = step !== undefined;
    this.#part('now').textContent = step === undefined ? '' : TIMELINE.told(number, step.words);
    this.#scrub.setAttribute(
      'aria-valuetext',
      step === undefined ? TIMELINE.whole : TIMELINE.step_of(number),
    );
  }
}
