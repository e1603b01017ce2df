// The files that the virtual machine starts from, read back by readers of this test's own that follow the
// formats' documents: the cpio archive, the file system image, and the modules' order.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCpio } from '../../../lab/places/vm/cpio.ts';
import { hasNote, section, withoutZeros } from '../../../lab/places/vm/elf.ts';
import { writeErofs } from '../../../lab/places/vm/erofs.ts';
import { dependsOf, loadOrder, moduleName } from '../../../lab/places/vm/modules.ts';
import { programsKey } from '../../../lab/places/vm/root-folder.ts';
import { compareBytes, Tree } from '../../../lab/places/vm/tree.ts';
import { addUnchecked } from '../../../lab/places/vm/unchecked.ts';
import { elfFile, modinfo } from './elf-file.ts';
import { readErofs } from './read-erofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'iolab-archives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Found {
  readonly mode: number;
  readonly content: string;
}

/** Every entry of a "newc" archive by name. */
function readCpio(bytes: Buffer): Map<string, Found> {
  const found = new Map<string, Found>();
  for (let at = 0; at < bytes.length; ) {
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const field = (i: number) =>
      Number.parseInt(bytes.toString('latin1', at + 6 + 8 * i, at + 14 + 8 * i), 16);
    const [mode, size, name_size] = [field(1), field(6), field(11)];
    const name = bytes.toString('utf8', at + 110, at + 110 + name_size - 1);
    expect(bytes[at + 110 + name_size - 1], 'the name ends with a zero').toBe(0);
    const data = at + Math.ceil((110 + name_size) / 4) * 4;
    found.set(name, { mode, content: bytes.toString('utf8', data, data + size) });
    at = data + Math.ceil(size / 4) * 4;
    if (name === 'TRAILER!!!') {
      expect(at, 'nothing follows the trailer').toBe(bytes.length);
      break;
    }
  }
  return found;
}

const small = () =>
  new Tree()
    .text('/init', '#!/bin/sh\n', true)
    .add('/bin/ls', { kind: 'link', target: 'busybox' })
    .text('/etc/odd', 'abc')
    .add('/proc', { kind: 'folder' });

describe('a tree', () => {
  it('makes the folders above, and lists them before what is in them', () => {
    expect(small().entries.map(([path]) => path)).toEqual([
      '/bin',
      '/bin/ls',
      '/etc',
      '/etc/odd',
      '/init',
      '/proc',
    ]);
  });

  for (const path of ['init', '/', '/a/', '/a//b', '/a/../b', '/./a', '']) {
    it(`refuses the path "${path}"`, () => {
      expect(() => new Tree().text(path, '')).toThrow(RangeError);
    });
  }

  it('refuses two files of one name, and a file that is used as a folder', () => {
    expect(() => small().text('/init', '')).toThrow(/twice/);
    expect(() => small().text('/init/inner', '')).toThrow(/no folder/);
    expect(
      () => small().add('/proc', { kind: 'folder' }),
      'a folder may be named again',
    ).not.toThrow();
  });
});

describe('cpio', () => {
  it('holds every entry with its mode and content', () => {
    const found = readCpio(writeCpio(small()));
    expect(found.get('init')).toEqual({ mode: 0o100755, content: '#!/bin/sh\n' });
    expect(found.get('bin/ls')).toEqual({ mode: 0o120777, content: 'busybox' });
    expect(found.get('etc/odd')).toEqual({ mode: 0o100644, content: 'abc' });
    expect(found.get('proc')).toEqual({ mode: 0o40755, content: '' });
    expect([...found.keys()]).toEqual([
      'bin',
      'bin/ls',
      'etc',
      'etc/odd',
      'init',
      'proc',
      'TRAILER!!!',
    ]);
  });

  it('is the same for the same tree, and copies files of the host', () => {
    const path = join(folder, 'host-file');
    writeFileSync(path, 'x'.repeat(5001));
    const tree = () => small().add('/big', { kind: 'copy', from: path, bytes: 5001 });
    expect(writeCpio(tree()).equals(writeCpio(tree()))).toBe(true);
    expect(readCpio(writeCpio(tree())).get('big')?.content).toHaveLength(5001);
  });

  it('refuses a file that has another size than was said', () => {
    const path = join(folder, 'changed');
    writeFileSync(path, 'abc');
    const tree = new Tree().add('/file', { kind: 'copy', from: path, bytes: 2 });
    expect(() => writeCpio(tree)).toThrow(/changed/);
  });
});

describe('erofs', () => {
  const image = (tree: Tree): Buffer => {
    const path = join(folder, 'image');
    writeErofs(tree, path);
    return readFileSync(path);
  };

  it('holds folders, files and links', () => {
    const found = readErofs(image(small()));
    expect(found.get('/init')).toEqual({ mode: 0o100755, content: '#!/bin/sh\n', links: 1 });
    expect(found.get('/bin/ls')).toEqual({ mode: 0o120777, content: 'busybox', links: 1 });
    expect(found.get('')?.links, 'the root folder: itself, its own "." and three folders').toBe(5);
    expect([...found.keys()].sort()).toEqual([
      '',
      '/bin',
      '/bin/ls',
      '/etc',
      '/etc/odd',
      '/init',
      '/proc',
    ]);
  });

  it('holds a folder whose entries fill many blocks, in the order of their bytes', () => {
    const tree = new Tree();
    const names = Array.from({ length: 700 }, (_, i) => `${'-.Z_aé'[i % 6]}${i}`.padEnd(20, 'x'));
    for (const name of names) tree.text(`/many/${name}`, name);
    const found = readErofs(image(tree));
    for (const name of names) expect(found.get(`/many/${name}`)?.content).toBe(name);
    expect(found.size).toBe(702);
  });

  it('holds whatever a tree holds', () => {
    const letters = fc.constantFrom('a', 'B', '-', '.', '_', '0', 'ü', '~');
    const name = fc.array(letters, { minLength: 1, maxLength: 40 }).map(all => `n${all.join('')}`);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => `/${parts.join('/')}`);
    const size = fc.oneof(fc.constantFrom(0, 1, 4095, 4096, 4097), fc.nat(20_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(path, size), { maxLength: 60 }), files => {
        const tree = new Tree();
        const written = new Map<string, string>();
        for (const [at, bytes] of files) {
          const content = `${at} `.repeat(bytes).slice(0, bytes);
          try {
            tree.text(at, content);
            written.set(at, content);
          } catch {
            // Named twice, or below a file: a tree refuses that.
          }
        }
        const found = readErofs(image(tree));
        for (const [at, content] of written) expect(found.get(at)?.content).toBe(content);
        expect(found.size).toBe(tree.entries.length + 1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the order of modules', () => {
  const needs: Record<string, string[]> = {
    nvme: ['nvme_core'],
    nvme_core: ['t10_pi', 'crc'],
    t10_pi: ['crc'],
    crc: [],
    usbcore: [],
    a: ['b'],
    b: ['a'],
  };
  const source = {
    depends(name: string) {
      const found = needs[name];
      if (!found) throw new RangeError(`no module ${name}`);
      return found;
    },
    builtIn: (name: string) => name === 'usbcore',
  };

  it('puts each after what it needs, once', () => {
    expect(loadOrder(['nvme', 'crc', 'nvme-core'], source)).toEqual([
      'crc',
      't10_pi',
      'nvme_core',
      'nvme',
    ]);
  });

  it('leaves out what is part of the kernel', () => {
    expect(loadOrder(['usbcore'], source)).toEqual([]);
  });

  it('refuses what is not there, and a circle', () => {
    expect(() => loadOrder(['floppy'], source)).toThrow(/floppy/);
    expect(() => loadOrder(['a'], source)).toThrow(/needs itself/);
  });

  it('takes names as modprobe does', () => {
    expect(moduleName('kernel/drivers/usb/host/xhci-pci.ko.xz')).toBe('xhci_pci');
    expect(moduleName('9pnet_virtio')).toBe('9pnet_virtio');
  });

  it('reads from a module which others it needs', () => {
    expect(dependsOf(modinfo('license=GPL\0depends=usb-common,usbcore\0name=xhci_hcd\0'))).toEqual([
      'usb_common',
      'usbcore',
    ]);
    expect(dependsOf(modinfo('depends=\0name=loop\0'))).toEqual([]);
    expect(() => dependsOf(elfFile({ sections: { '.text': 'x' } }))).toThrow(/no \.modinfo/);
    expect(() => dependsOf(Buffer.from('#!/bin/sh'))).toThrow(/not a 64-bit/);
  });

  it('finds sections and notes by name', () => {
    const file = elfFile({
      sections: { '.text': 'code', '.modinfo': 'a=b\0' },
      notes: [
        { owner: 'GNU', type: 3, data: 'abc' },
        { owner: 'Xen', type: 18, data: '12345678' },
      ],
    });
    expect(section(file, '.text')?.toString()).toBe('code');
    expect(section(file, '.mod')).toBeUndefined();
    expect(hasNote(file, 'Xen', 18)).toBe(true);
    expect(hasNote(file, 'Xen', 3)).toBe(false);
    expect(hasNote(elfFile({ sections: {} }), 'Xen', 18)).toBe(false);
  });
});

it('leaves out the zeros at the end of what an executable loads, and nothing else', () => {
  const file = elfFile({ sections: { '.x': '' }, notes: [], load: 'code\0data\0\0\0\0' });
  const small = withoutZeros(file);
  const [start, bytes, in_memory] = [8, 32, 40].map(at => Number(small.readBigUInt64LE(64 + at)));
  expect(small.toString('latin1', start, start! + bytes!)).toBe('code\0data');
  expect(in_memory, 'as much memory as before').toBe(13);
  expect(small.length).toBe(start! + bytes!);
  expect(withoutZeros(small).equals(small)).toBe(true);
});

it('orders by bytes, not by the letters of a language', () => {
  expect(['é', 'a', 'B', '-', '.'].sort(compareBytes)).toEqual(['-', '.', 'B', 'a', 'é']);
});

describe.runIf(process.platform === 'linux')('the image of the programs', () => {
  it('is made anew where a file that is in it came, went or grew, and else is not', () => {
    const project = join(folder, 'project');
    const inside = join(project, 'node_modules/inside');
    for (const path of [inside, join(project, 'node_modules/.bin')]) {
      mkdirSync(path, { recursive: true });
    }
    symlinkSync(process.execPath, join(project, 'node_modules/.bin/node'));
    const lock = { packages: { 'node_modules/inside': {} } };
    writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
    const keys: string[] = [];
    const differs = (name: string, text: string): boolean => {
      const before = programsKey(project);
      writeFileSync(join(inside, name), text);
      keys.push(programsKey(project));
      return keys.at(-1) !== before;
    };
    const hint = 'name in the key every file that is taken, with its size';
    expect([differs('a.js', 'one'), differs('a.js', 'more'), differs('b.js', '')], hint).toEqual([
      true,
      true,
      true,
    ]);
    expect(differs('README.md', 'text'), 'it stays outside of the image').toBe(false);
    rmSync(join(inside, 'b.js'));
    expect(programsKey(project), hint).toBe(keys[1]);
  });

  it('is made anew where what stands for a package changes', () => {
    const tree = new Tree();
    addUnchecked(tree, '/package');
    const root = join(import.meta.dirname, '../../..');
    const key = programsKey(root);
    for (const [, entry] of tree.entries) {
      if (entry.kind !== 'file') continue;
      expect(key, 'the text itself belongs to the key').toContain(String(entry.content));
    }
  });
});
