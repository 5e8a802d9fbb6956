import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';
import { readConfig, searchPath } from './config.ts';

/** The Debian package that brings each foreign program the suites use. */
const packages = {
  litmus: 'litmus',
  nextcloudcmd: 'nextcloud-desktop-cmd',
  rclone: 'rclone',
  cadaver: 'cadaver',
  curl: 'curl',
  apache2: 'apache2',
  chromium: 'chromium',
  rsync: 'rsync',
  wrk: 'wrk',
  'dbus-daemon': 'dbus-daemon',
  'dbus-send': 'dbus-bin',
  'gnome-keyring-daemon': 'gnome-keyring',
} as const;

/** A foreign program the suites know. */
export type Tool = keyof typeof packages;

/** Where a program is, looked for in the usual places; undefined when it is not installed. */
export function findTool(tool: Tool): string | undefined {
  const folders = [...searchPath().split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, tool)).find((path) => existsSync(path));
}

/** What to tell someone who lacks a program. */
export function missingTool(tool: Tool): string {
  return `${tool} is not installed: apt-get install ${packages[tool]}`;
}

/** The path of a program. Where it is missing the test is skipped with the reason; in CI it fails. */
export function requireTool(context: TestContext, tool: Tool): string {
  const path = findTool(tool);
  if (path !== undefined) return path;
  if (readConfig().ci) throw new Error(missingTool(tool));
  return context.skip(missingTool(tool));
}
