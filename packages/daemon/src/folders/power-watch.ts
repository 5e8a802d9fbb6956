import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux tells of its batteries and of the mains (Documentation/ABI/testing/sysfs-class-power). */
export const linuxPowerFolder = '/sys/class/power_supply';

/**
 * Whether a Linux computer runs on its battery; undefined where that cannot be told: no battery, or no such folder.
 * Batteries of mice and the like (`scope` is `Device`) do not count.
 */
export function readOnBattery(folder: string): boolean | undefined {
  let discharging: boolean | undefined;
  for (const name of namesIn(folder)) {
    const read = (file: string) => readText(join(folder, name, file));
    if (read('scope') === 'Device') continue;
    const type = read('type');
    if ((type === 'Mains' || type === 'USB') && read('online') === '1') return false;
    if (type === 'Battery') discharging = discharging === true || read('status') === 'Discharging';
  }
  return discharging;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
