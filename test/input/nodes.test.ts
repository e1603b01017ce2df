// Which input devices there are, by which names that say nothing of their owner, and which one is meant.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseNode, identityOf, inputTarget } from '../../lab/devices/parts/input-device.ts';
import { WrongUsage } from '../../lab/errors.ts';
import { type InputNode, readInputNodes } from '../../lab/input/nodes.ts';
import { accessCommand, accessRule } from '../../lab/input/permission.ts';
import { machineWithInput } from './tree.ts';

afterEach(() => vi.unstubAllEnvs());

describe('input devices of a machine', () => {
  it('are told by kind, named by where they are plugged in, with their interval and reports', () => {
    const [keyboard, mouse, radio] = readInputNodes(machineWithInput());
    expect(keyboard).toMatchObject({
      event: 'event3',
      kind: 'keyboard',
      stable: '/dev/input/by-path/pci-0000:00:14.0-usb-0:1:1.0-event-kbd',
      interval_ms: 10,
      hidraw: 'hidraw1',
      origin: 'hardware',
      bus: 'USB',
    });
    expect(mouse).toMatchObject({ kind: 'mouse', stable: 'usb-0000:00:14.0-2/input0' });
    expect(radio).toMatchObject({ kind: 'mouse', stable: '/dev/input/event5', bus: 'Bluetooth' });
  });

  it('of a radio neither the owner’s name nor the address is told', () => {
    const radio = readInputNodes(machineWithInput()).find(({ bus }) => bus === 'Bluetooth')!;
    const told = JSON.stringify([radio.name, radio.stable, identityOf(radio)]);
    expect(told).not.toMatch(/Ada|00:11:22/);
  });

  it('what goes into a record holds no serial number', () => {
    for (const node of readInputNodes(machineWithInput())) {
      const said = JSON.stringify([
        identityOf(node),
        node.stable,
        inputTarget(node, {}, { stamped: false }),
      ]);
      expect(said).not.toContain('SN-4711');
    }
  });

  it('a machine without any has none', () => {
    expect(readInputNodes('/nowhere')).toEqual([]);
  });
});

describe('which one is meant', () => {
  const node = (
    event: string,
    kind: InputNode['kind'],
    more: Partial<InputNode> = {},
  ): InputNode => ({
    event,
    kind,
    name: kind,
    stable: `usb-1/${event}`,
    origin: 'hardware',
    bus: 'USB',
    vendor: '046d',
    product: 'c31c',
    phys: '',
    ...more,
  });
  const keyboard = node('event3', 'keyboard', { serial: 'SN-4711' });
  const mouse = node('event4', 'mouse');
  const other = node('event5', 'mouse');

  it('the only one of its kind needs no address', () => {
    expect(chooseNode('keyboard', '', [keyboard, mouse])).toBe(keyboard);
  });

  it('of several each is named', () => {
    expect(() => chooseNode('mouse', '', [keyboard, mouse, other])).toThrow(
      /2 of them here.*mouse@usb-1\/event4, mouse@usb-1\/event5/,
    );
  });

  it('none is said in one line, with the command that has one', () => {
    expect(() => chooseNode('tablet', '', [keyboard])).toThrow(
      /no tablet is attached.*--in vm --device vm:tablet/,
    );
  });

  it('is found by where it is plugged in, and by its node', () => {
    expect(chooseNode('mouse', 'usb-1/event5', [mouse, other])).toBe(other);
    expect(chooseNode('mouse', '/dev/input/event4', [mouse, other])).toBe(mouse);
  });

  it('another kind is refused by what it can do', () => {
    expect(() => chooseNode('keyboard', 'usb-1/event4', [keyboard, mouse])).toThrow(
      /is a mouse, by what it can do, and no keyboard/,
    );
  });

  it('a name that holds the serial number is refused, with one that does not', () => {
    const named = node('usb-Maker_SN-4711-event-kbd', 'keyboard', { serial: 'SN-4711' });
    expect(() =>
      chooseNode('keyboard', '/dev/input/by-id/usb-Maker_SN-4711-event-kbd', [named]),
    ).toThrow(/serial number.*name it keyboard@usb-1/);
  });

  it('reports are refused where the device has none, settings where they are no words for it', () => {
    const set = (parameters: Record<string, string>) => () =>
      inputTarget(keyboard, parameters, { stamped: false });
    expect(set({ node: 'hidraw' })).toThrow(/no HID device.*node=evdev/);
    expect(set({ node: 'raw' })).toThrow(/node=raw: give evdev or hidraw/);
    expect(set({ grab: 'perhaps' })).toThrow(/grab=perhaps: give yes or no/);
    expect(set({ grab: 'yes' })().input?.grab_s, 'a grab is bounded').toBeLessThan(600);
    expect(set({})().input?.grab_s).toBeUndefined();
  });

  it('a grab of reports, which there is not, is refused instead of forgotten', () => {
    const reports = node('event6', 'keyboard', { hidraw: 'hidraw2' });
    const set = (grab: string) => () =>
      inputTarget(reports, { node: 'hidraw', grab }, { stamped: false });
    expect(set('yes')).toThrow(WrongUsage);
    expect(set('yes')).toThrow(/node=hidraw with grab=yes.*give node=evdev, or grab=no/);
    expect(set('no')().path).toBe('/dev/hidraw2');
  });
});

describe('the rule that lets a user read one device', () => {
  it('is for that device alone', () => {
    const rule = accessRule({ vendor: '046d', product: 'c31c' });
    expect(rule).toContain('ATTRS{id/vendor}=="046d"');
    expect(rule).toContain('ATTRS{id/product}=="c31c"');
    expect(rule).toContain('TAG+="uaccess"');
  });

  it('takes nothing into a command line but digits', () => {
    const command = accessCommand({ vendor: "'; rm -rf /", product: '12345' });
    expect(command).not.toContain('rm');
    expect(command.split("'").length, 'one pair of quotes').toBe(3);
  });
});
