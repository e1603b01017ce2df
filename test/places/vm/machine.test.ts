// The machine as QEMU's command line: what the table of hardware promises must be what is built.
import { describe, expect, it } from 'vitest';
import { vmHardware } from '../../../lab/devices/parts/vm-hardware.ts';
import { CHANNELS, qemuArguments } from '../../../lab/places/vm/machine.ts';
import { allParts, asArguments, partsOf, rootPorts } from '../../../lab/places/vm/parts.ts';

const files = { kernel: '/k', initrd: '/i', images: ['/a,b', '/c'], scratch: '/s', out: '/o,p' };
const options = { accelerator: 'tcg', memory_mib: 384, cpus: 1, data: [] } as const;
const words = qemuArguments(files, options);
const valuesOf = (option: string): string[] => words.filter((_, i) => words[i - 1] === option);

describe('the table of hardware', () => {
  const functions = Object.values(vmHardware.pci);

  it('numbers the buses in the order of the root ports’ slots, as the firmware does', () => {
    const in_order = functions.toSorted((a, b) => a.port_slot - b.port_slot);
    in_order.forEach(({ address }, i) => {
      expect(address).toBe(`0000:0${i + 1}:00.0`);
    });
    expect(new Set(functions.map(({ port_slot }) => port_slot)).size).toBe(functions.length);
  });

  it('lets edu and edu2 share an interrupt line, and nothing else with them', () => {
    const line = (slot: number) => slot % 4;
    const { edu, edu2, ...others } = vmHardware.pci;
    expect(line(edu2.port_slot)).toBe(line(edu.port_slot));
    for (const [name, { port_slot }] of Object.entries(others)) {
      expect(line(port_slot), name).not.toBe(line(edu.port_slot));
    }
    expect(line(vmHardware.sound.slot), 'the sound card').not.toBe(line(edu.port_slot));
  });

  it('has the sound card where it is plugged in, on a slot of its own', () => {
    const { slot, address } = vmHardware.sound;
    expect(address).toBe(`0000:00:${slot.toString(16).padStart(2, '0')}.0`);
    expect(words.filter(one => one.endsWith(`bus=pcie.0,addr=0x${slot.toString(16)}`))).toEqual([
      expect.stringMatching(/^AC97,/),
    ]);
    expect(rootPorts().map(({ addr }) => addr)).not.toContain(`0x${slot.toString(16)}`);
  });

  it('names every part as QEMU and the agent do', () => {
    const ids = allParts().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { qemu_id }] of Object.entries({ ...vmHardware.pci, ...vmHardware.usb })) {
      expect(partsOf(name as keyof typeof vmHardware.pci)[0]?.id).toBe(qemu_id);
    }
  });
});

describe('QEMU’s command line', () => {
  it('gives each channel a descriptor of its own, in the order in which they are opened', () => {
    const sockets = valuesOf('-chardev').map(one =>
      /^socket,id=([\w-]+),fd=(\d+)$/.exec(one)!.slice(1),
    );
    expect(sockets).toEqual(CHANNELS.map((channel, i) => [channel, String(3 + i)]));
    // Whatever uses a channel names one of them.
    const used = words.join(' ').matchAll(/chardev[=:]([\w-]+)/g);
    for (const [, channel] of used) expect(CHANNELS).toContain(channel);
  });

  it('writes a comma in a path twice', () => {
    expect(words.join(' ')).toContain('file=/a,,b,if=none');
    expect(words.join(' ')).toContain('path=/o,,p,security_model');
    expect(asArguments({ driver: 'x', id: 'y', on: true, off: false, text: 'a,b' })).toEqual([
      '-device',
      'x,id=y,on=on,off=off,text=a,,b',
    ]);
  });

  it('lets the guest write to its scratch disk and to one folder, and to nothing else', () => {
    for (const drive of valuesOf('-drive')) expect(drive).toContain('readonly=on');
    expect(valuesOf('-fsdev')).toHaveLength(1);
    expect(valuesOf('-blockdev').filter(one => one.includes('filename='))).toEqual([
      expect.stringContaining('filename=/s,'),
    ]);
    expect(words).not.toContain('-netdev');
    expect(words).toContain('-nodefaults');
  });

  it('plays to nobody: no sound of the guest’s leaves the machine', () => {
    expect(valuesOf('-audiodev')).toEqual([expect.stringMatching(/^none,/)]);
  });

  it('plugs every part into a root port or a USB port that is there', () => {
    const ports = [...rootPorts().map(({ id }) => id), ...allParts().map(({ id }) => id), 'xhci.0'];
    for (const { id, bus } of allParts()) expect(ports, `${id} on ${bus}`).toContain(bus);
  });

  it('asks for KVM only where it was asked for', () => {
    expect(valuesOf('-accel').join()).toMatch(/^tcg,/);
    expect(words.join(' ')).not.toMatch(/kvm/);
    const kvm = qemuArguments(files, { ...options, accelerator: 'kvm' }).join(' ');
    expect(kvm).toMatch(/-accel kvm /);
    expect(kvm, 'the interrupt controllers that a remapping unit needs').toContain('split');
  });
});
