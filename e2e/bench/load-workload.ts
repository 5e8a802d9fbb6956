import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { basicAuth } from '../support/dav-requests.ts';
import { findTool, missingTool } from '../support/require-tool.ts';
import { runOk } from '../support/run-command.ts';
import { benchData } from './bench-data.ts';
import type { BenchWorld } from './bench-world.ts';
import { type CurlTarget, curlUp, requestsTo } from './curl-driver.ts';
import { who } from './goals.ts';

const properties = '<d:resourcetype/><d:getlastmodified/><d:getcontentlength/><d:getetag/>';
const body = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop>${properties}</d:prop></d:propfind>`;

/** W6: 16 connections list a folder of 1,000 entries, or get one file of 10 KiB, as fast as they can. */
export async function loadWorkload(world: BenchWorld): Promise<void> {
  const wrk = findTool('wrk');
  if (wrk === undefined) {
    process.stderr.write(`${missingTool('wrk')}: W6 is left out\n`);
    return;
  }
  const source = await benchData(world.cache, 'W6');
  const targets: [CurlTarget, string][] = [[world.ours, who.wrkOurs]];
  if (world.apache) targets.unshift([world.apache, who.wrkApache]);
  for (const [target] of targets) await curlUp(target, source, 'load', world.scratch);
  for (let round = 0; round < world.options.rounds; round++) {
    for (const [target, name] of targets) {
      await load(world, wrk, target, name, 'PROPFIND', 'W6 PROPFIND', 'load/big/');
      await load(world, wrk, target, name, 'GET', 'W6 GET 10 KiB', 'load/big/f00500.bin');
    }
  }
  for (const [target] of targets) await requestsTo(target).status('DELETE', 'load');
}

async function load(
  world: BenchWorld,
  wrk: string,
  target: CurlTarget,
  name: string,
  method: string,
  what: string,
  path: string,
): Promise<void> {
  const script = join(world.scratch, 'wrk.lua');
  const lines = [
    `wrk.method = "${method}"`,
    `wrk.headers["Authorization"] = "${basicAuth(target.user, target.password)}"`,
  ];
  if (method === 'PROPFIND') {
    lines.push('wrk.headers["Depth"] = "1"', 'wrk.headers["Content-Type"] = "application/xml"');
    lines.push(`wrk.body = '${body}'`);
  }
  await writeFile(script, lines.join('\n'));
  const seconds = `-d${world.options.loadSeconds}`;
  const [{ stdout }, cpu] = await world.nodeSeconds(() =>
    runOk(wrk, [
      '-t2',
      '-c16',
      seconds,
      '--timeout',
      '30',
      '--latency',
      '-s',
      script,
      `${target.url}/${path}`,
    ]),
  );
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${name} ${method} had errors:\n${stdout}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, p50 = '0ms', p99 = '0ms'] = /^\s+50%\s+(\S+)[\s\S]*?^\s+99%\s+(\S+)/m.exec(stdout) ?? [];
  const also = { 'p50 ms': milliseconds(p50), 'p99 ms': milliseconds(p99), 'node CPU s': cpu };
  world.results.add(what, name, '/s', rate, also);
}

function milliseconds(text: string): number {
  const value = Number.parseFloat(text);
  return text.endsWith('us') ? value / 1000 : text.endsWith('ms') ? value : value * 1000;
}
