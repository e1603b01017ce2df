// Parsing /proc/interrupts as several machines print it, and as no machine does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInterrupts, readInterrupts, sumLines } from '../../lab/measure/interrupts.ts';
import { makeTree } from './tree.ts';

const X86 = `           CPU0       CPU1       
  9:          3          0   IO-APIC   9-fasteoi   acpi
 28:          0          7 PCI-MSIX-0000:00:01.0   0-edge      virtio1-config
 36:          5      47327 PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0
 37:         10          1 PCI-MSIX-0000:00:02.0   2-edge      virtio1-req.1
 38:        100        100 PCI-MSIX-0000:00:03.0   1-edge      virtio11-req.0
LOC:      34051      29562   Local timer interrupts
ERR:          4
MIS:          0
`;

const ARM = `           CPU0       CPU1       CPU2       CPU3
 11:      12345        234        345        456     GICv2  30 Level     arch_timer
 42:         17          0          0          0  bcm2836-timer   8 Edge      mmc0, mmc1
IPI0:       100        200        300        400       Rescheduling interrupts
`;

describe('parseInterrupts', () => {
  test('sums processors and keeps what names the device', () => {
    const lines = parseInterrupts(X86);
    expect(lines.find(line => line.irq === '36')).toEqual({
      irq: '36',
      total: 47_332,
      description: 'PCI-MSIX-0000:00:02.0 1-edge virtio1-req.0',
    });
    expect(lines.find(line => line.irq === 'ERR')).toEqual({
      irq: 'ERR',
      total: 4,
      description: '',
    });
    expect(lines.length).toBe(8);
  });

  test('a description may begin with a number: the header says how many counts there are', () => {
    const text = 'CPU0 CPU1\n 8: 1 2 16550 serial\n';
    expect(parseInterrupts(text)).toEqual([{ irq: '8', total: 3, description: '16550 serial' }]);
  });

  test('reads the ARM shape', () => {
    const lines = parseInterrupts(ARM);
    expect(lines.map(line => line.total)).toEqual([13_380, 17, 1_000]);
    expect(lines[1]!.description).toBe('bcm2836-timer 8 Edge mmc0, mmc1');
  });

  test('takes any text', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom('CPU0', ' ', '\n', ':', '12', '-5', '9e9', '1'.repeat(30), 'x', '\t'),
        )
        .map(words => words.join('')),
    );
    fc.assert(
      fc.property(noise, text => {
        for (const line of parseInterrupts(text)) {
          expect(Number.isFinite(line.total) && line.total >= 0).toBe(true);
          expect(line.irq).not.toBe('');
          expect(line.description).not.toMatch(/\n/);
        }
      }),
    );
    expect(parseInterrupts('')).toEqual([]);
  });
});

describe('sumLines', () => {
  const lines = parseInterrupts(X86);

  test('adds what matches, by pattern or by part', () => {
    expect(sumLines(lines, /virtio1-req\.\d+$/)).toBe(47_343);
    expect(sumLines(lines, 'virtio1-req.1')).toBe(11);
  });

  test('a pattern with the g flag keeps no memory from line to line', () => {
    const pattern = /virtio1-req/g;
    expect(sumLines(lines, pattern)).toBe(47_343);
    expect(sumLines(lines, pattern)).toBe(47_343);
  });

  test('no such line is not zero interrupts', () => {
    expect(sumLines(lines, /nvme/)).toBeUndefined();
    expect(sumLines(lines, 'Local')).toBe(63_613);
    expect(sumLines([], /x/)).toBeUndefined();
  });
});

test('readInterrupts reads a file, and gives nothing where there is none', () => {
  const root = makeTree({ interrupts: X86 });
  expect(readInterrupts(`${root}/interrupts`).length).toBe(8);
  expect(readInterrupts(`${root}/missing`)).toEqual([]);
});
