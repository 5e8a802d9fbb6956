import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOnBattery } from './power-watch.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-power-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function supply(name: string, facts: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, name), { recursive: true });
  for (const [file, text] of Object.entries(facts)) writeFileSync(join(root, name, file), `${text}\n`);
}

it('tells whether a laptop runs on its battery', () => {
  supply('AC', { type: 'Mains', online: '0' });
  supply('BAT0', { type: 'Battery', status: 'Discharging' });
  expect(readOnBattery(root)).toBe(true);
  supply('AC', { type: 'Mains', online: '1' });
  expect(readOnBattery(root)).toBe(false);
  supply('AC', { type: 'Mains', online: '0' });
  supply('BAT0', { type: 'Battery', status: 'Full' });
  expect(readOnBattery(root)).toBe(false);
});

it('the battery of a mouse is none, and a computer without any says nothing', () => {
  expect(readOnBattery(root)).toBeUndefined();
  supply('hidpp_battery_0', { type: 'Battery', status: 'Discharging', scope: 'Device' });
  expect(readOnBattery(root)).toBeUndefined();
  expect(readOnBattery(join(root, 'none'))).toBeUndefined();
});
