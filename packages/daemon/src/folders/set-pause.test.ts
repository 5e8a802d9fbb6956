import { expect, it } from 'vitest';
import { pauseIn, resumeIn } from './set-pause.ts';
import { type Settings, settingsSchema } from './settings.ts';

const folder = (id: string) => ({
  id,
  name: id,
  local: `/${id}`,
  url: 'u',
  account: 'a',
  journal: 'j',
  addedAt: 0,
});
const start = settingsSchema.parse({
  version: 1,
  future: 7,
  folders: [folder('a'), { ...folder('b'), future: 8 }],
});
const pausesOf = ({ paused, folders }: Settings) => [paused, ...folders.map((one) => one.paused)];

it('one folder, or everything, pauses and goes on, and nothing else changes', () => {
  const one = pauseIn(start, 'a', { until: 5 });
  expect(pausesOf(one)).toEqual([undefined, { until: 5 }, undefined]);
  expect(resumeIn(one, 'a')).toEqual(start);
  const all = pauseIn(one, undefined, {});
  expect(pausesOf(all)).toEqual([{}, { until: 5 }, undefined]);
  // Resuming everything ends the pauses of single folders as well.
  expect(resumeIn(all, undefined)).toEqual(start);
});

it('a folder that goes on while everything is paused leaves the others as they were', () => {
  const all = pauseIn(pauseIn(start, undefined, { until: 9 }), 'b', {});
  expect(pausesOf(resumeIn(all, 'a'))).toEqual([undefined, undefined, {}]);
  expect(pausesOf(resumeIn(all, 'b'))).toEqual([undefined, { until: 9 }, undefined]);
});
