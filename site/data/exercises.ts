// Exercises to pages: each stands under its page's text, and a page that is not named here shows nothing of
// exercises. IOLAB_EXERCISES names a JSON file to be taken instead, as IOLAB_PUBLISHED does for records: a
// class may have its own.
import { readFileSync } from 'node:fs';

export interface Exercise {
  /** What is to be done, as a title. */
  readonly title: string;
  /** A page of this site (`/polling/#in-your-own-words`) or an address elsewhere. */
  readonly href: string;
  /** How long it takes, about. */
  readonly minutes?: number;
}

/** By slug of the page. */
export type Exercises = Readonly<Record<string, readonly Exercise[]>>;

export const EXERCISES: Exercises = {
  synthesis: [
    { title: 'Build callbacks', href: '/synthesis/#exercise-callbacks', minutes: 20 },
    { title: 'Build event flags', href: '/synthesis/#exercise-event-flags', minutes: 20 },
    {
      title: 'Build a completion queue',
      href: '/synthesis/#exercise-a-completion-queue',
      minutes: 40,
    },
  ],
};

/** Throws Error where the file is no list of exercises, by name. */
export function readExercises(file: string): Exercises {
  const found = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new Error(`${file}: an object is expected, from a page's slug to its exercises`);
  }
  for (const [page, list] of Object.entries(found)) {
    if (Array.isArray(list) && list.every(isExercise)) continue;
    throw new Error(`${file}: ${page} wants a list of { "title", "href", "minutes"? }`);
  }
  return found as Exercises;
}

function isExercise(value: unknown): value is Exercise {
  if (typeof value !== 'object' || value === null) return false;
  const { title, href, minutes } = value as Partial<Record<keyof Exercise, unknown>>;
  const timed = minutes === undefined || (typeof minutes === 'number' && minutes > 0);
  return typeof title === 'string' && typeof href === 'string' && timed;
}

let kept: Exercises | undefined;

function all(): Exercises {
  const file = process.env.IOLAB_EXERCISES;
  kept ??= file === undefined || file === '' ? EXERCISES : readExercises(file);
  return kept;
}

/** Those of one page, in their order; none where it has none. */
export function exercisesOf(page: string, exercises: Exercises = all()): readonly Exercise[] {
  return Object.hasOwn(exercises, page) ? exercises[page]! : [];
}
