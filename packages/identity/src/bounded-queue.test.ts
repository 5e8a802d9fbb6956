import { describe, expect, it } from 'vitest';
import { BoundedQueue } from './bounded-queue.ts';

describe('a bounded queue', () => {
  it('runs no more at once than it may, keeps some waiting and refuses the rest', async () => {
    const queue = new BoundedQueue({ atOnce: 2, waiting: 2 });
    const release: (() => void)[] = [];
    let most = 0;
    let running = 0;
    const task = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running--;
    };
    const four = [1, 2, 3, 4].map(() => queue.run(task));
    await expect(queue.run(task)).rejects.toMatchObject({ code: 'too-many-requests' });
    while (release.length > 0) {
      release.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(four);
    expect(most).toBe(2);
    await expect(queue.run(async () => 'free again')).resolves.toBe('free again');
  });

  it('goes on after a task that failed', async () => {
    const queue = new BoundedQueue({ atOnce: 1, waiting: 1 });
    const failing = queue.run(() => Promise.reject(new Error('no')));
    const next = queue.run(async () => 1);
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe(1);
  });
});
