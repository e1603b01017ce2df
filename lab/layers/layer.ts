// THE layer interface: one way of speaking Firmata to a board, from a bare descriptor up to
// johnny-five, with the same three things done through each: set an output, hear of an input, close.
// A layer file exports one `layer` object; importing it runs no foreign code.
import type { Mechanism, Probe, Target } from '../drivers/driver.ts';
import type { Platform } from '../ffi/platform.ts';

/** What a layer says of itself, before anything is measured. */
export interface LayerFacts {
  readonly id: string;
  readonly title: string;
  /** What stands between a program and the descriptor, in a sentence. */
  readonly about: string;
  /** The runner loop it needs: a thread that may block, or Node's event loop. */
  readonly loop: 'blocking' | 'event';
  /** What tells the program of the report in the end: the colour of its marks, as a driver's. */
  readonly mechanism: Mechanism;
  readonly source: string;
}

export interface LayerContext {
  readonly platform: Platform;
  readonly target: Target;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Called with the input's new level. The layer calls nothing else in the same turn before it. */
export type ButtonListener = (level: boolean) => void;

/** An open layer: the output is low, changes of the input are reported. */
export interface OpenLayer {
  /** Set the output pin. Returns when the layer's own call does; the bytes may still be under way. */
  set(level: boolean): void;
  /** Hear of changes of the input pin; one listener. */
  onButton(listener: ButtonListener): void;
  /** Hear that the line failed or hung up; called at most once. */
  onError(listener: (error: Error) => void): void;
  /** Only where the loop blocks: wait for bytes until `deadline_ns`, and tell the listener. */
  wait?(deadline_ns: number): void;
  /** Bytes over the line since it was opened. */
  readonly bytes: { readonly written: number; readonly read: number };
  /** Stop reporting, release the line. Idempotent. */
  close(): Promise<void>;
}

export interface Layer extends LayerFacts {
  /** Can this layer serve this device here? Never throws. */
  probe(context: LayerContext): Promise<Probe>;
  /** Throws SystemCallError, Unsupported, TimedOut or DeviceGone. */
  open(context: LayerContext): Promise<OpenLayer>;
}
