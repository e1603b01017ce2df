import { availableParallelism } from 'node:os';
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
  'test/experiments/{boards,settings,threads}.test.ts',
  'test/examples/event-loop/{port-loop,timers,request-parser}.test.ts',
  'test/firmware/**/*.test.ts',
  'test/helpers/**/*.test.ts',
  'test/machines/**/*.test.ts',
  'test/measure/**/*.test.ts',
  'test/input/**/*.test.ts',
  'test/places/up.test.ts',
  'test/places/vm/{archives,clocks-and-words,compiled,kit,machine,unpack}.test.ts',
  'test/places/wine/divergences.test.ts',
  'test/records/**/*.test.ts',
  'test/run/**/*.test.ts',
  'test/site/{board-figures,build-steps,channel-run,classic-figures,contrast}.test.ts',
  'test/site/{availability,comforts,data,decide,drivers,exercises,figure-parts,figures,firmware,fresh,imports,prose,readme,reference,signature,simulator-parts,social,spelling,strings,timelines,traces}.test.ts',
  'test/stages/stages.test.ts',
  'test/{house,tidiness,workflows}.test.ts',
];

/**
 * Commands, devices and what they say and call: mostly waiting, and nothing is measured by time or has to end
 * within a moment. One beside the other, as many as there are processors.
 */
const PAIRED = [
  'test/cli/e2e/{classic,contribute,deterministic,flash,json,linked,missing,ports,reads,synthesis,usage}.test.ts',
  'test/conformance/devices.test.ts',
  'test/{devices,doctor,flash,layers,peers}/**/*.test.ts',
  'test/drivers/{forbidden,kqueue,linked,opcodes}.test.ts',
  'test/examples/{five-ways,io-service,johnny-five,reactor}.test.ts',
  'test/places/elsewhere.test.ts',
  'test/places/wine/{another,install}.test.ts',
  'test/stages/five-languages/**/*.test.ts',
  'test/stages/{buffer-forms,disk-write}.test.ts',
];

/**
 * Long, and busy with one processor, a browser or a place of its own instead of waiting for a device: as
 * many beside each other as there are processors. What they measure is counted: an order of times is not
 * tested here.
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

/** Vitest's own choice leaves one processor idle. */
const TOGETHER = availableParallelism();

const common = {
  globalSetup: 'test/site/one-build.ts',
  testTimeout: 30_000,
  hookTimeout: 120_000,
  // What a page or a device comes to in the end; on a busy machine a second is not enough.
  expect: { poll: { timeout: 20_000 } },
  // Kills and orders of real times happen on a shared machine there: twice in a row is a failure.
  // Here nothing is repeated, so that a test that fails now and then is seen and mended.
  retry: process.env.CI ? 1 : 0,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'pure',
          include: PURE,
          maxWorkers: TOGETHER,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'machine',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...PAIRED, ...HEAVY],
          // Drivers and rounds share two cores with whatever runs beside them; files run one after
          // the other so that a bounded wait is not spent waiting for the processor.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'paired',
          include: PAIRED,
          testTimeout: 2 * common.testTimeout,
          maxWorkers: TOGETHER,
          sequence: { groupOrder: 3 },
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
          maxWorkers: TOGETHER,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
