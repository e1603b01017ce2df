// Settings of attached devices that decide when an event reaches the program: the FTDI latency
// timer, the polling interval of USB interrupt endpoints, and how each disk's queue is set.
import { join } from 'node:path';
import { queueOf } from './block-device.ts';
import { listNames, readNumber, readText } from './files.ts';
import type { Findings } from './host-processor.ts';

const MAX_DISKS = 4;
const MAX_ENDPOINTS = 12;
const MAX_PORTS = 8;

/**
 * FTDI bridges hold short answers back for up to this long (FTDI AN232B-04, "latency timer").
 * Drivers without such a timer have no such file.
 */
export function auditSerialPorts(root: string): Findings {
  const base = join(root, 'sys/bus/usb-serial/devices');
  const findings: Findings = {};
  for (const port of listNames(base)
    .filter(name => /^ttyUSB\d{1,4}$/.test(name))
    .slice(0, MAX_PORTS)) {
    findings[`${port}_latency_timer_ms`] = readNumber(join(base, port, 'latency_timer'));
  }
  return findings;
}

/**
 * How often the host asks each interrupt endpoint (USB 2.0 specification, 9.6.6, bInterval), as the
 * kernel computed it from bInterval and speed. Keys name bus, port and endpoint, never the product.
 */
export function auditUsbIntervals(root: string): Findings {
  const base = join(root, 'sys/bus/usb/devices');
  const findings: Findings = {};
  let told = 0;
  for (const device of listNames(base)) {
    if (!/^\d+-[\d.]+:\d+\.\d+$/.test(device)) continue;
    for (const endpoint of listNames(join(base, device))) {
      if (told >= MAX_ENDPOINTS || !/^ep_[\da-f]{2}$/.test(endpoint)) continue;
      const folder = join(base, device, endpoint);
      if (readText(join(folder, 'type'))?.trim() !== 'Interrupt') continue;
      findings[`usb_${device}_${endpoint}_interval`] = readText(join(folder, 'interval'))?.trim();
      told++;
    }
  }
  return findings;
}

/** Disks and their queues; not loops, memory or mapped devices. */
export function auditDisks(root: string): Findings {
  const base = join(root, 'sys/block');
  const disks = listNames(base).filter(name => /^(sd|hd|vd|xvd|nvme|mmcblk)\w{1,20}$/.test(name));
  const findings: Findings = {};
  for (const disk of disks.slice(0, MAX_DISKS)) {
    const queue = queueOf(join(base, disk));
    findings[`${disk}_scheduler`] = queue.scheduler;
    findings[`${disk}_io_poll`] = queue.io_poll;
    findings[`${disk}_rotational`] = queue.rotational;
    findings[`${disk}_queues`] = queue.queues;
    findings[`${disk}_write_cache`] = queue.write_cache;
  }
  return findings;
}
