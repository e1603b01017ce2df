import { describe, expect, it } from 'vitest';
import { importsOf, isFile, reachedFrom, sourcesOf } from './house.ts';

const sources = sourcesOf('lab');
const all = new Map([...sources, ...sourcesOf('firmware')].map(source => [source.path, source]));

const within = (path: string, ...places: readonly string[]): boolean =>
  places.some(place => (place.endsWith('/') ? path.startsWith(place) : path === place));

const isPackage = (to: string): boolean => !to.startsWith('lab/') && !to.startsWith('firmware/');
const isNode = (to: string): boolean => to.startsWith('node:');

interface Rule {
  readonly room: string;
  /** Files, folders (ending in a slash) and packages; Node's own modules are always allowed. */
  readonly may: readonly string[];
  readonly why: string;
}

const FFI_PURE = [
  'lab/ffi/linux/constants.ts',
  'lab/ffi/linux/structs.ts',
  'lab/ffi/windows/constants.ts',
  'lab/ffi/windows/structs.ts',
  'lab/ffi/windows/errors.ts',
  'lab/ffi/windows/winsock.ts',
  'lab/ffi/windows/messages.ts',
];

const rules: readonly Rule[] = [
  {
    room: 'lab/ffi/',
    may: ['lab/ffi/', 'lab/errors.ts', 'koffi'],
    why: 'the foreign-function room knows nothing of ours but the errors',
  },
  {
    room: 'lab/registers/',
    may: ['lab/registers/', 'lab/places/place.ts', ...FFI_PURE, 'lab/errors.ts'],
    why: 'a register program knows its device: who waits for it, and how, is the drivers’',
  },
  {
    room: 'lab/drivers/',
    may: [
      'lab/drivers/parts/',
      'lab/drivers/driver.ts',
      'lab/registers/',
      ...FFI_PURE,
      'lab/errors.ts',
      'serialport',
    ],
    why: 'a driver gets the system in OpenContext and shares code with others through parts/ only',
  },
  {
    room: 'lab/devices/',
    may: [
      'lab/devices/',
      'lab/machines/simh.ts',
      'lab/machines/hercules.ts',
      'lab/input/',
      // Which disks the kernel makes of a controller: files of sysfs, and no register.
      'lab/registers/nvme/kernel-disk.ts',
      ...FFI_PURE,
      'lab/errors.ts',
      'firmware/protocol/',
      'firmware/firmata/',
      'serialport',
    ],
    why: 'a device knows no driver, no measurement, no run and no cell',
  },
  {
    room: 'lab/input/',
    may: ['lab/input/', 'lab/measure/files.ts'],
    why: 'what input devices say is read without opening one: no driver, device or foreign call',
  },
  {
    room: 'lab/machines/',
    // The forms that pages show, built on a machine that is nothing but polling and an interrupt.
    may: ['lab/machines/', 'lab/examples/synthesis/', 'lab/measure/random.ts', 'lab/errors.ts'],
    why: 'a machine runs its programs alone: it knows no driver, device, run or cell',
  },
  {
    room: 'lab/layers/',
    may: [
      'lab/layers/',
      'lab/drivers/parts/serial-poller.ts',
      'lab/devices/parts/port.ts',
      'lab/devices/parts/firmata-setup.ts',
      ...FFI_PURE,
      'lab/errors.ts',
      'firmware/firmata/',
      'firmware/protocol/',
      'serialport',
      'firmata-io',
      'johnny-five',
    ],
    why: 'a layer is a program over a port: it knows no run, no cell and no measurement',
  },
  {
    room: 'lab/examples/',
    // A program that a user starts has nobody who hands it the system, so it loads that itself.
    may: [
      'lab/examples/',
      'lab/drivers/',
      'lab/layers/parts/',
      'lab/messages/',
      'lab/devices/stamp.ts',
      ...FFI_PURE,
      'lab/ffi/load.ts',
      'lab/errors.ts',
      'johnny-five',
    ],
    why: 'an example shows what a user writes over drivers or the system: it knows no run and no cell',
  },
  {
    room: 'lab/stages/',
    // Foreign functions belong to a thread, so a second thread of a stage loads the system for itself.
    may: [
      'lab/ffi/load.ts',
      'lab/stages/',
      'lab/drivers/',
      'lab/examples/',
      'lab/messages/',
      'lab/devices/stamp.ts',
      // What the devices themselves send by, for a stage that has to know when.
      'lab/devices/stamper.ts',
      'lab/devices/parts/',
      'lab/registers/',
      'lab/measure/',
      ...FFI_PURE,
      'lab/errors.ts',
      'firmware/protocol/',
    ],
    why: 'a stage runs in a cell: it may use drivers, and knows no run and no records',
  },
  {
    room: 'lab/messages/',
    may: ['lab/messages/', ...FFI_PURE, 'lab/errors.ts'],
    why: 'windows and queues know no stage and no cell, and get the system from whoever opens a desk',
  },
  {
    room: 'lab/boards/core/',
    may: ['lab/boards/core/', 'firmware/protocol/', 'avr8js', 'rp2040js'],
    why: 'the core also runs in a browser: nothing but the emulator library and the protocol',
  },
  {
    room: 'lab/cell/dialogues/',
    may: ['lab/cell/dialogues/', 'firmware/protocol/codec.ts'],
    why: 'the same scripts run in a cell and in a browser: nothing but the protocol',
  },
  {
    room: 'lab/boards/',
    may: ['lab/boards/', 'lab/ffi/', 'lab/errors.ts', 'firmware/protocol/', 'avr8js', 'rp2040js'],
    why: 'a board is a process behind a terminal: it knows no driver, device, measurement or run',
  },
  {
    room: 'lab/flash/',
    may: [
      'lab/flash/',
      'lab/boards/core/',
      'lab/errors.ts',
      'firmware/protocol/',
      'firmware/firmata/',
    ],
    why: 'flashing knows images and programs: the board is asked by a device process',
  },
  {
    room: 'lab/places/',
    // One table says what hardware the virtual machine has, for its command line and its devices.
    may: [
      'lab/places/',
      'lab/measure/',
      'lab/records/home.ts',
      'lab/records/folder.ts',
      'lab/devices/parts/vm-hardware.ts',
      'lab/errors.ts',
    ],
    why: 'a place starts the command line somewhere else: it knows no run, driver or device',
  },
  {
    room: 'lab/measure/',
    may: ['lab/measure/', 'lab/errors.ts'],
    why: 'the ruler is pure: no driver, device or foreign call (type imports are fine)',
  },
  {
    room: 'lab/records/',
    may: ['lab/records/', 'lab/measure/', 'lab/errors.ts', 'typebox'],
    why: 'records know no driver, device or foreign call (type imports are fine)',
  },
  {
    room: 'lab/experiments/',
    may: ['lab/experiments/', 'lab/measure/', 'lab/errors.ts'],
    why: 'experiments plan; lab/run carries out',
  },
  {
    room: 'lab/errors.ts',
    may: [],
    why: 'everything imports it, so it imports nothing',
  },
];

/** Node's own modules are no foreign room, except where the code also runs in a browser. */
const allowsNode = (room: string): boolean => !PURE.has(room);
const PURE = new Set(['lab/boards/core/', 'lab/cell/dialogues/']);

const ruleFor = (path: string): Rule | undefined => rules.find(({ room }) => within(path, room));

describe('who may import whom', () => {
  it('reads imports as they are at run time', () => {
    const text = `// import 'comment';
      import type { A } from './a.ts';
      import { type B, b } from './b.ts';
      import koffi from 'koffi';
      export { c } from '../ffi/load.ts';
      type Port = import('serialport').SerialPort;
      /* import 'block' */
      const late = await import('@scope/late/deep');
      import './side.ts';
      const text = "import('quoted')";`;
    expect(importsOf('lab/drivers/x.ts', text).filter(one => one.to !== 'quoted')).toEqual([
      { to: 'lab/drivers/b.ts', dynamic: false },
      { to: 'koffi', dynamic: false },
      { to: 'lab/ffi/load.ts', dynamic: false },
      { to: 'lab/drivers/side.ts', dynamic: false },
      { to: '@scope/late', dynamic: true },
    ]);
    expect(sources.length, 'there are sources to read').toBeGreaterThan(50);
  });

  it('every import of a file of ours leads to a file', () => {
    for (const { path, imports } of sources) {
      for (const { to } of imports) {
        if (isPackage(to)) continue;
        expect(isFile(to), `${path} imports ${to}, which is not there`).toBe(true);
      }
    }
  });

  for (const { room, may, why } of rules) {
    it(`${room} imports only what it may`, () => {
      const inside = sources.filter(({ path }) => ruleFor(path)?.room === room);
      expect(inside.length, `${room} is empty: take its rule out of this test`).toBeGreaterThan(0);
      for (const { path, imports } of inside) {
        for (const { to } of imports) {
          if (isNode(to) && allowsNode(room)) continue;
          expect(
            within(to, ...may),
            `${path} imports ${to}: ${why}. Move the shared part to where both may reach it`,
          ).toBe(true);
        }
      }
    });
  }

  it('only lab/ffi imports koffi', () => {
    for (const { path, imports } of sources) {
      if (within(path, 'lab/ffi/')) continue;
      const koffi = imports.some(({ to }) => to === 'koffi');
      expect(
        koffi,
        `${path} imports koffi: add the call to lab/ffi and its shape to platform.ts`,
      ).toBe(false);
    }
  });

  it('no driver imports another driver', () => {
    const drivers = sources.filter(({ path }) => /^lab\/drivers\/[\w-]+\.ts$/.test(path));
    const names = new Set(drivers.map(({ path }) => path));
    names.delete('lab/drivers/driver.ts');
    for (const { path, imports } of drivers) {
      for (const { to } of imports) {
        expect(names.has(to), `${path} imports ${to}: share through lab/drivers/parts`).toBe(false);
      }
    }
  });

  it('the command line reaches no foreign room, not even late', () => {
    for (const { path, imports } of sources.filter(one => within(one.path, 'lab/cli/'))) {
      for (const { to } of imports) {
        const foreign = within(to, 'lab/ffi/', 'lab/cell/', 'koffi', 'serialport');
        expect(foreign, `${path} imports ${to}: ask a cell instead (lab/run/cells.ts)`).toBe(false);
      }
    }
  });

  // The simulator page runs a board and speaks to it in the reader's browser: by the boards' core and
  // the cells' dialogues, and by nothing else of either room.
  it('the site takes from boards and cells only what runs in a browser', () => {
    const site = sourcesOf('site');
    expect(site.length, 'there are sources of the site to read').toBeGreaterThan(10);
    for (const { path, imports } of site) {
      for (const { to } of imports.filter(one => within(one.to, 'lab/boards/', 'lab/cell/'))) {
        expect(
          within(to, 'lab/boards/core/', 'lab/cell/dialogues/'),
          `${path} imports ${to}: take it from lab/boards/core or lab/cell/dialogues`,
        ).toBe(true);
      }
    }
  });

  // A stuck foreign call cannot hang the lab, because the lab's own process loads none. Drivers and
  // devices are found by listing folders, so each of their files is loaded there too.
  it('what the orchestrator loads never leads to foreign code', () => {
    const loaded = sources.filter(({ path }) =>
      within(
        path,
        'lab/run/',
        'lab/cli/',
        'lab/experiments/',
        'lab/peers/',
        'lab/records/',
        'lab/measure/',
        'lab/registers/',
        'lab/drivers/',
        'lab/layers/',
        'lab/machines/',
        'lab/stages/',
        'lab/devices/',
        'lab/places/',
      ),
    );
    // These two are loaded late, by a device's own process.
    const late = new Set(['lab/devices/board.ts', 'lab/devices/stamper.ts']);
    for (const { path } of loaded.filter(one => !late.has(one.path))) {
      const way = reachedFrom(path, all);
      for (const foreign of ['koffi', 'serialport', 'lab/ffi/load.ts', 'lab/ffi/posix.ts']) {
        const trail = way.get(foreign)?.join(' → ');
        expect(trail, `${trail}: load it late, or in a cell`).toBeUndefined();
      }
    }
  });
});
