import { describe, expect, it } from 'vitest';
import { checkMutations } from './check-mutations.ts';
import { mutations } from './mutations.ts';

describe('mutation check', () => {
  it(`finds each of ${mutations.length} broken guards`, async () => {
    const lines: string[] = [];
    const code = await checkMutations((line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith('MISSED'))).toEqual([]);
    expect(code).toBe(0);
  }, 600_000);
});
