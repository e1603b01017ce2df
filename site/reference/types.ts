// What the reference says of one public name. Everything in it is read from the source: nothing is
// written twice.

export interface ReferenceMember {
  /** `board.timer_hz` where it stands inside another member. */
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly callable: boolean;
  readonly doc: string;
  readonly errors: string;
  /** Unit by the name, in words; empty where it has none. */
  readonly unit: string;
}

export interface ReferenceItem {
  readonly name: string;
  readonly kind: 'function' | 'interface' | 'type' | 'class' | 'constant';
  /** Below the project's folder. */
  readonly file: string;
  readonly line: number;
  /** The declaration as it is called: without comments, without what it does. */
  readonly signature: string;
  readonly doc: string;
  /** What it throws, and when: the sentences of its comment that say so. */
  readonly errors: string;
  /** Parameters that carry a unit, in words: `deadline_ns`: nanoseconds. */
  readonly units: readonly (readonly [name: string, unit: string])[];
  readonly members: readonly ReferenceMember[];
}

export interface ReferenceFile {
  readonly file: string;
  /** The comment that the file begins with. */
  readonly about: string;
  readonly items: readonly ReferenceItem[];
}
