// The wire that experiments with Firmata need: it joins an output to an input. Pure.

export const OUTPUT_PIN = 12;
export const INPUT_PIN = 2;
