// A whole number out of a driver's parameter, checked before anything is opened.
import { Unsupported } from '../../errors.ts';
import type { OpenContext } from '../driver.ts';

/** The driver's parameter `name`, or `usual` where it was not given. Throws Unsupported. */
export function wholeNumber(
  context: OpenContext,
  name: string,
  usual: number,
  [low, high]: readonly [number, number],
): number {
  const given = context.parameters[name];
  if (given === undefined) return usual;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Unsupported(
    `${name}=${given} is no whole number from ${low} to ${high}`,
    `give one, such as ${name}=${usual}`,
  );
}
