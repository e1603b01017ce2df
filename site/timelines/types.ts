// What a timeline says: who does what from when to when, what passes between them, and the steps in which
// it is told. Plain data, from which the drawing, the list beneath it and the player are made.
import type { Mechanism } from '../../lab/drivers/driver.ts';
import type { LabRecord } from '../../lab/records/schema.ts';
import { TIMELINE_DRAWN } from '../data/diagram-strings.ts';

/** Whoever does something or waits: drawn from the top in the order of the list. */
export interface Lane {
  readonly id: string;
  readonly title: string;
}

/** `work` is for the operation that is told of, `other` for anything else, `wait` is for nothing. */
export type SpanKind = 'work' | 'other' | 'wait';

export interface Span {
  readonly lane: string;
  readonly from: number;
  readonly to: number;
  readonly kind: SpanKind;
  /** In words, for the description; drawn where it fits. */
  readonly text: string;
  /** Drawn where `text` does not fit. */
  readonly short?: string;
}

export type MarkKind = 'call' | 'return' | 'interrupt' | 'wake' | 'doorbell';

/** Something that passes from one lane to another, in no time. */
export interface Mark {
  readonly at: number;
  readonly from_lane: string;
  readonly to_lane: string;
  readonly kind: MarkKind;
  readonly text: string;
}

/** Told in this order; each begins where something in the drawing begins, ends or passes. */
export interface Step {
  readonly at: number;
  readonly text: string;
}

/** Where it comes from, and with it whether its lengths mean anything. */
export type Basis =
  | {
      readonly kind: 'model';
      /** What says that things happen in this order. */
      readonly sources: readonly { readonly title: string; readonly href: string }[];
    }
  | {
      readonly kind: 'recorded';
      /** A machine of lab/records/published. */
      readonly machine: string;
      readonly evidence: LabRecord['evidence'];
      /** Of the times, which begin at nought. */
      readonly unit: string;
      readonly since: string;
    };

export interface Timeline {
  readonly title: string;
  /** Colours the work. */
  readonly mechanism: Mechanism;
  readonly basis: Basis;
  readonly lanes: readonly Lane[];
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
  readonly steps: readonly Step[];
  /** From nought to here. */
  readonly length: number;
}

export const KIND_WORDS: Readonly<Record<SpanKind, string>> = TIMELINE_DRAWN.kinds;

/** What stands under every timeline, and in it. */
export function basisWords(basis: Basis): string {
  return basis.kind === 'model' ? TIMELINE_DRAWN.model : TIMELINE_DRAWN.recorded(basis.machine);
}
