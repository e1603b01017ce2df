// The virtual machine itself: every device in every boot, what a command in there gets and gives, records that
// come back. How fast it ends stands in ends.test.ts.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vmHardware } from '../../../lab/devices/parts/vm-hardware.ts';
import { DeviceGone, TimedOut } from '../../../lab/errors.ts';
import { EXPECTED } from '../../../lab/places/vm/machine.ts';
import { iolab, recordsIn, start, temporaryFolder, workspacesIn } from '../../helpers/cli.ts';
import { processesOf } from '../../helpers/processes.ts';
import { bootOnce, isHere, qemuOf } from './bench.ts';

const BOOTS = process.env.IOLAB_LONG ? 20 : 3;
/** A boot takes seconds; on a machine that does much else, tens of them. */
const LIMIT_MS = 180_000;
const MOST_RESIDENT_KB = 600 * 1024;

const RUN = ['run', 'wakeup', '--in', 'vm', '--device', 'fifo', '--driver', 'blocking'];
const SHORT = [...RUN, '--rate', '1000', '--rounds', '1', '--samples', '200'];

describe.skipIf(!isHere)('a boot', () => {
  it(`finds every device, ${BOOTS} times of ${BOOTS}`, { timeout: BOOTS * LIMIT_MS }, async () => {
    // What the kernel calls each of them, beside that they are there: EXPECTED is waited for.
    const command = [
      `for path in ${EXPECTED.join(' ')}; do [ -e $path ] && echo here; done`,
      'cat /sys/class/input/event*/device/name /sys/class/nvme/nvme*/serial',
      ...Object.values(vmHardware.pci).map(
        ({ address }) =>
          `cat /sys/bus/pci/devices/${address}/vendor /sys/bus/pci/devices/${address}/device`,
      ),
      'ls /sys/kernel/iommu_groups/*/devices',
    ].join('; ');
    for (let i = 0; i < BOOTS; i++) {
      const { out, exit_code } = await bootOnce(command);
      expect(exit_code, out).toBe(0);
      const lines = out.split('\n').map(line => line.trim());
      expect(lines.filter(line => line === 'here')).toHaveLength(EXPECTED.length);
      for (const name of [
        'QEMU QEMU USB Keyboard',
        'QEMU QEMU USB Mouse',
        'QEMU QEMU USB Tablet',
      ]) {
        expect(
          lines.filter(line => line === name),
          `boot ${i}: ${out}`,
        ).toHaveLength(1);
      }
      expect(lines).toContain(vmHardware.scratch.serial);
      expect(lines).toContain(vmHardware.delay_serial);
      const ids = Object.values(vmHardware.pci).flatMap(({ vendor, device }) => [vendor, device]);
      expect(lines.filter(line => /^0x[0-9a-f]{4}$/.test(line))).toEqual(ids);
      for (const { address } of Object.values(vmHardware.pci)) expect(lines).toContain(address);
    }
  });

  it(
    'hands over what the command says on both its streams, and its exit code',
    async () => {
      const { out, err, exit_code } = await bootOnce('echo to out; echo to err >&2; exit 7');
      expect({ out, err, exit_code }).toEqual({ out: 'to out\n', err: ['to err'], exit_code: 7 });
    },
    LIMIT_MS,
  );

  it(
    'shows the guest nothing of the host but one folder to write to',
    async () => {
      const command = `cat /out/in; echo back >/out/back; ls /; ls /root /home 2>/dev/null; env;
      echo x >/iolab/x; echo x >/iolab/lab/x; echo x >/bin/x; ip link | grep -c ether`;
      let folder = '';
      const { out, err } = await bootOnce(command, {}, path => {
        folder = path;
        writeFileSync(join(path, 'in'), 'from the host\n');
      });
      expect(out).toMatch(/^from the host\n/);
      expect(out, 'no network').toMatch(/\n0\n$/);
      expect(err.filter(line => /Read-only file system/.test(line))).toHaveLength(3);
      expect(out).toContain('IOLAB_PLACE=vm');
      expect(out).not.toContain(folder);
      for (const name of ['HOSTNAME', 'LOGNAME', 'SSH_', 'IOLAB_REQUIRE'])
        expect(out).not.toContain(name);
    },
    LIMIT_MS,
  );

  it(
    'tells a panic of its kernel by the kernel’s own words',
    async () => {
      const gone = bootOnce('echo c >/proc/sysrq-trigger; sleep 60');
      await expect(gone).rejects.toThrow(DeviceGone);
      await expect(gone).rejects.toThrow(/while running the errand: .*Kernel panic/);
    },
    LIMIT_MS,
  );

  it(
    'gives up a machine that shows no sign of life',
    async () => {
      // The sign of life is a shell's loop over `sleep`.
      const silent = bootOnce('usleep 1000000; killall sleep; sleep 600', {
        limits_ms: { run: 8000 },
      });
      await expect(silent).rejects.toThrow(TimedOut);
      await expect(silent).rejects.toThrow(/said nothing for 8 s while running the errand/);
    },
    LIMIT_MS,
  );
});

describe.skipIf(!isHere)('the agent, asked from inside', () => {
  it(
    'relates the clocks, operates the devices, and pulls and puts in plugs',
    async () => {
      const { out, err, exit_code } = await bootOnce('node /out/agent.mjs', {}, folder => {
        copyFileSync(new URL('./inside/agent.mjs', import.meta.url), join(folder, 'agent.mjs'));
      });
      expect(exit_code, err.join('\n')).toBe(0);
      const said = JSON.parse(out) as Said;
      expect(said.error_ns).toBeGreaterThan(0);
      expect(said.disagreement_ns, 'two readings agree within their errors').toBeLessThan(
        2 * said.error_ns,
      );
      for (const device of ['keyboard', 'mouse', 'tablet']) {
        expect(said.jobs[device], device).toEqual({ sent: 20, early: 0, in_order: true });
      }
      expect(said.plugs).toEqual(
        ['keyboard', 'usb-serial', 'nvme', 'edu', 'uart'].map(part => `${part} out in`),
      );
      expect(said.full, 'four agents at once, and no fifth').toMatch(
        /all 4 agent ports are in use/,
      );
    },
    LIMIT_MS,
  );

  it(
    'kills the machine, and the errand is told so',
    async () => {
      const killed = bootOnce('node /out/kill.mjs; sleep 60', {}, folder => {
        copyFileSync(new URL('./inside/kill.mjs', import.meta.url), join(folder, 'kill.mjs'));
      });
      await expect(killed).rejects.toThrow(/was killed, as it had asked/);
    },
    LIMIT_MS,
  );
});

interface Said {
  readonly error_ns: number;
  readonly disagreement_ns: number;
  readonly jobs: Readonly<Record<string, object>>;
  readonly plugs: readonly string[];
  readonly full: string;
}

describe.skipIf(!isHere)('iolab run --in vm', () => {
  it(
    'boots, measures in there, and keeps the records here',
    async () => {
      const home = temporaryFolder();
      const running = start([...SHORT, '--json'], { home, limit_ms: LIMIT_MS });
      let resident_kb = 0;
      const timer = setInterval(() => {
        for (const pid of qemuOf(home)) resident_kb = Math.max(resident_kb, residentOf(pid));
      }, 100);
      const { code, out, err } = await running.ended.finally(() => clearInterval(timer));
      expect(code, err).toBe(0);
      const [record, ...others] = recordsIn(home);
      expect(others, 'one measured, one as the baseline again').toHaveLength(1);
      expect(record).toMatchObject({ place: 'vm', device: 'fifo', status: 'ok' });
      expect(record?.evidence).toEqual({ device: 'stand-in', processor: 'emulated' });
      expect(record?.host.audit).toMatchObject({ vm_accelerator: 'tcg' });
      expect(record?.command).toBe(`iolab ${SHORT.join(' ')}`);
      expect(JSON.parse(out).records).toHaveLength(2);
      expect(resident_kb, 'QEMU was seen').toBeGreaterThan(50_000);
      expect(resident_kb).toBeLessThan(MOST_RESIDENT_KB);
      expect(processesOf(home)).toEqual([]);
      expect(workspacesIn(home)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'takes KVM with accelerator=auto, or says why not and emulates',
    async () => {
      const home = temporaryFolder();
      const words = [...SHORT, '--place', 'accelerator=auto', '--json'];
      const { code, err } = await iolab(words, { home, limit_ms: LIMIT_MS });
      expect(code, err).toBe(0);
      const refused = /KVM does not work here, so the machine is emulated/.test(err);
      const audit = recordsIn(home)[0]?.host.audit;
      expect(audit?.vm_accelerator, err).toBe(refused ? 'tcg' : 'kvm');
    },
    LIMIT_MS,
  );
});

describe('without the bench', () => {
  it('says in one line what is missing and how to get it', async () => {
    const home = temporaryFolder();
    const env = { IOLAB_BENCHES: temporaryFolder('benches') };
    const { code, err, out } = await iolab(SHORT, { home, env });
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/^iolab: the place vm is not installed: .*iolab bench install vm$/m);
    expect(workspacesIn(home)).toEqual([]);
  });
});

describe('a device of the machine', () => {
  for (const where of [[], ['--in', 'host']]) {
    it(`is not here, and the command that leads to it is named (${where.join(' ') || 'plain'})`, async () => {
      const words = ['run', 'wakeup', '--device', 'vm:keyboard'];
      const { code, err } = await iolab([...words, ...where], { home: temporaryFolder() });
      expect(code).toBe(3);
      expect(err).toBe(
        `iolab: vm:keyboard is a device of the place vm. iolab ${words.join(' ')} --in vm\n`,
      );
    });
  }

  it('is no device of another place', async () => {
    const words = ['run', 'wakeup', '--device', 'vm:keyboard', '--in', 'wine'];
    const { code, err } = await iolab(words, { home: temporaryFolder() });
    expect(code).toBe(3);
    expect(err).toMatch(/of the place vm\. .* --in vm$/m);
  });
});

function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
