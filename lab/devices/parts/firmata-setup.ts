// What a user sets up for the experiments with Firmata, named in one place: a wire on the board, and the
// firmware that is put on it. Pure.

/** The wire joins an output to an input. */
export const OUTPUT_PIN = 12;
export const INPUT_PIN = 2;

/** How Firmata gets on an Uno. */
export const putFirmata = (port: string): string =>
  `put Firmata on the board: npx iolab flash uno --port ${port} --firmware firmata`;
