// How a user comes to read one input device, and no other. The group `input` reads all of them, and with
// them everything that is typed on the machine, so the rule for the one device comes first (udev(7),
// TAG+="uaccess": whoever sits at the machine; systemd's 70-uaccess.rules).
import type { InputNode } from './nodes.ts';

type Known = Pick<InputNode, 'vendor' | 'product'>;

const RULES = '/etc/udev/rules.d/70-iolab-input.rules';

/** The rule that gives a device to who is logged in. */
export function accessRule({ vendor, product }: Known): string {
  // Four hexadecimal digits in sysfs; nothing else may come into a command line.
  const digits = (text: string) => (/^[\da-f]{4}$/i.test(text) ? text : '0000');
  return [
    'SUBSYSTEM=="input"',
    'KERNEL=="event*"',
    `ATTRS{id/vendor}=="${digits(vendor)}"`,
    `ATTRS{id/product}=="${digits(product)}"`,
    'TAG+="uaccess"',
  ].join(', ');
}

/** The command that makes the rule count. */
export const accessCommand = (known: Known): string =>
  `echo '${accessRule(known)}' | sudo tee -a ${RULES} && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=input`;

export const WHY_NOT_THE_GROUP = 'the group input would let you read everything that is typed here';
