// johnny-five on an Arduino Uno with Firmata, real or emulated: an LED, a button, an analog input.
//   node lab/examples/johnny-five.ts PORT [SECONDS]
// A jumper wire from pin 12 to pin 2 is the button: pin 12 presses, pin 2 hears. Nothing else is needed:
// LED 13 is on the board, and A0 may be left open or wired to 13.
import { createRequire } from 'node:module';
import { Cancelled, TimedOut, Unsupported, WrongUsage } from '../errors.ts';
import { whatAnswers } from '../layers/parts/answers.ts';
import { closePort, createPort, openPort, within } from '../layers/parts/port.ts';

/** The part of johnny-five that is used here; the package has no types. */
interface Part {
  on(event: string, listener: (...values: unknown[]) => void): void;
}
interface JohnnyFive {
  readonly Board: new (
    options: object,
  ) => Part & {
    readonly io: { reportVersion(done: () => void): void; queryFirmware(done: () => void): void };
  };
  readonly Led: new (
    pin: number,
  ) => { on(): void; off(): void; blink(ms: number): void; stop(): void };
  readonly Button: new (pin: number) => Part;
  readonly Sensor: new (options: { pin: string; freq: number }) => Part;
}

const FIRMATA_BAUD = 57_600;
/** A real Uno's boot loader takes up to two seconds. */
const READY_MS = 4000;
const ASK_AGAIN_MS = 300;
const PRESS_MS = 2000;
const BLINK_MS = 100;
/** The board says version and name after a reset; one that was not reset has to be asked. */
const ASK = Buffer.of(0xf9, 0xf0, 0x79, 0xf7);
const RESET = Buffer.of(0xff);

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(path: string | undefined, seconds = '3'): Promise<void> {
  const duration_ms = Number(seconds) * 1000;
  if (!path || !(duration_ms >= 0)) {
    throw new WrongUsage('node lab/examples/johnny-five.ts PORT [SECONDS]; see iolab scan');
  }
  const five = createRequire(import.meta.url)('johnny-five') as JohnnyFive;
  const port = await createPort({ path, baud: FIRMATA_BAUD, shared: false });
  const gone = Promise.withResolvers<never>();
  process.once('SIGINT', () => gone.reject(new Cancelled()));
  const start_ms = performance.now();
  await openPort(port, gone.reject);
  try {
    // No prompt, no chatter, and Ctrl-C stays ours.
    const board = new five.Board({ port, repl: false, debug: false, sigint: false });
    board.on('error', () => {}); // said below, in our own words
    const ask = setInterval(() => port.write(ASK), ASK_AGAIN_MS);
    await Promise.race([ready(board, path), gone.promise]).finally(() => clearInterval(ask));
    say(`ready after ${Math.round(performance.now() - start_ms)} ms`);
    await Promise.race([show(five, duration_ms), gone.promise]);
  } finally {
    await closePort(port, RESET);
  }
}

const ready = (board: Part, path: string): Promise<void> =>
  within<void>(
    READY_MS,
    () => new TimedOut(path),
    done => board.on('ready', () => done()),
  );

async function show(five: JohnnyFive, duration_ms: number): Promise<void> {
  new five.Led(13).blink(BLINK_MS);
  say(`LED 13 blinks every ${BLINK_MS} ms`);

  const finger = new five.Led(12);
  const button = new five.Button(2);
  const heard = (event: string, act: () => void) =>
    within<void>(PRESS_MS, noJumper, done => {
      button.on(event, () => done());
      act();
    });
  for (const [event, act] of [
    ['down', () => finger.on()],
    ['up', () => finger.off()],
  ] as const) {
    const start_ms = performance.now();
    await heard(event, act);
    say(`button ${event} after ${(performance.now() - start_ms).toFixed(1)} ms`);
  }

  const sensor = new five.Sensor({ pin: 'A0', freq: 50 });
  let last = -1;
  sensor.on('data', value => {
    if (value !== last) say(`A0 ${value}`);
    last = value as number;
  });
  await new Promise(resolve => setTimeout(resolve, duration_ms));
}

const noJumper = () =>
  new Unsupported('pin 2 did not hear pin 12', 'put a jumper wire from pin 12 to pin 2');

/** As the lab's command line: 2 wrong usage, 3 missing or unsupported, 4 too late, 130 stopped. */
async function fail(error: unknown, path = ''): Promise<number> {
  if (error instanceof Cancelled) return 130;
  const said = error instanceof TimedOut ? await whatAnswers(path) : (error as Error);
  const line = said instanceof Unsupported ? `${said.reason}: ${said.fix}` : said.message;
  process.stderr.write(`${line}\n`);
  if (error instanceof WrongUsage) return 2;
  return error instanceof TimedOut ? 4 : 3;
}

const [path, seconds] = process.argv.slice(2);
main(path, seconds)
  .then(() => 0)
  .catch(error => fail(error, path))
  .then(code => process.exit(code));
