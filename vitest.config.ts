import { defineConfig } from 'vitest/config';

/**
 * What neither waits for a device, nor kills, nor measures: these share the processors with each other.
 * A new folder is measured alone until it is named here.
 */
const PURE = [
  'test/boards/calibration/**/*.test.ts',
  'test/boards/fuzz/**/*.test.ts',
  'test/boards/pico/**/*.test.ts',
  'test/boards/{fidelity,frozen,hex,pins,pure,uno,uno-await,wire}.test.ts',
  'test/cell/dialogues/**/*.test.ts',
  'test/cli/*.test.ts',
  'test/experiments/{boards,threads}.test.ts',
  'test/examples/event-loop/{timers,request-parser}.test.ts',
  'test/firmware/**/*.test.ts',
  'test/machines/**/*.test.ts',
  'test/measure/**/*.test.ts',
  'test/input/**/*.test.ts',
  'test/places/up.test.ts',
  'test/places/vm/{archives,clocks-and-words,compiled,machine,unpack}.test.ts',
  'test/places/wine/divergences.test.ts',
  'test/records/**/*.test.ts',
  'test/run/**/*.test.ts',
  'test/site/{board-figures,build-steps,channel-run,classic-figures,contrast}.test.ts',
  'test/site/{availability,comforts,data,decide,drivers,exercises,figures,firmware,fresh,imports,prose,readme,reference,simulator-parts,social,spelling,strings,timelines,traces}.test.ts',
  'test/stages/stages.test.ts',
  'test/{house,tidiness,workflows}.test.ts',
];

/**
 * Long, and busy with one processor, a browser or a place of its own instead of waiting for a device: two
 * beside each other. What they measure is counted, or compared round by round.
 */
const HEAVY = [
  'test/drivers/heap.test.ts',
  'test/site/{browser,every-page,keyboard,simulator,published}.test.ts',
  'test/places/vm/{boot,input,registers}.test.ts',
  'test/registers/nvme/vm.test.ts',
  'test/places/wine/{calls,conformance,handles,run}.test.ts',
  'test/examples/{messages,event-loop/port-server,ports/ports}.test.ts',
  'test/messages/**/*.test.ts',
  'test/stages/ports/**/*.test.ts',
];

const common = {
  globalSetup: 'test/site/one-build.ts',
  testTimeout: 30_000,
  hookTimeout: 120_000,
  // Kills and orders of real times happen on a shared machine there: twice in a row is a failure.
  // Here nothing is repeated, so that a test that fails now and then is seen and mended.
  retry: process.env.CI ? 1 : 0,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: { ...common, name: 'pure', include: PURE, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          ...common,
          name: 'machine',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...HEAVY],
          // Drivers and rounds share two cores with whatever runs beside them; files run one after
          // the other so that a bounded wait is not spent waiting for the processor.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'heavy',
          include: HEAVY,
          testTimeout: 2 * common.testTimeout,
          // The builds of the site wait for each other.
          hookTimeout: 5 * common.hookTimeout,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
