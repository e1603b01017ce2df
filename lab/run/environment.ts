// What a cell must find in its environment when it starts: some settings are read by Node itself before
// a driver can set them, such as the size of libuv's pool of threads.
import type { DriverFacts } from '../drivers/driver.ts';

/**
 * The variables that carry a driver's parameters, each with the value that was chosen or the default,
 * so that what the user's shell holds decides nothing.
 */
export function environmentOf(
  parameters: DriverFacts['parameters'] | undefined,
  chosen: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).flatMap(([name, { environment, default: usual }]) =>
      environment === undefined ? [] : [[environment, chosen[name] ?? usual]],
    ),
  );
}
