import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeAccount } from './support/accounts.ts';
import { checkStore } from './support/check-store.ts';
import { readConfig } from './support/config.ts';
import { crashUploader } from './support/crash-uploader.ts';
import { davRequests } from './support/dav-requests.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { startNode } from './support/start-node.ts';
import { tempFolder } from './support/temp-folder.ts';

test('R19 a node killed at any moment has every acknowledged write, whole, and its store is undamaged', async () => {
  const { seed, killFactor } = readConfig();
  const random = pseudoRandom(`kill-node ${seed}`);
  await using folder = await tempFolder('kill-node');
  const data = folder.at('node');
  const uploaders = Array.from({ length: 6 }, (_, i) =>
    crashUploader(`w${i}`, pseudoRandom(`uploader ${i} ${seed}`)),
  );
  const account = await (async () => {
    await using first = await startNode({ data });
    const made = await makeAccount(data);
    const dav = davRequests(`${first.url}/remote.php/dav/files/${made.name}`, made.name, made.token);
    for (let i = 0; i < uploaders.length; i++) expect(await dav.status('MKCOL', `w${i}`)).toBe(201);
    return made;
  })();

  const kills = Math.round(50 * killFactor);
  for (let kill = 0; kill <= kills; kill++) {
    await using node = await startNode({ data });
    const requests = (kind: string) =>
      davRequests(`${node.url}/remote.php/dav/${kind}/${account.name}`, account.name, account.token);
    const dav = requests('files');
    for (const uploader of uploaders) {
      expect(await uploader.verify(dav), `after kill ${kill}, seed ${seed}`).toEqual([]);
    }
    if (kill === kills) break;
    const running = uploaders.map((uploader) => uploader.runUntilDead(dav, requests('uploads')));
    await sleep(20 + random.int(600));
    await node.kill();
    await Promise.all(running);
    const check = await checkStore(data);
    expect(check.whole, `after kill ${kill}, seed ${seed}\n${check.text}`).toBe(true);
  }
  const total = uploaders.reduce((sum, uploader) => sum + uploader.acknowledged(), 0);
  expect(total).toBeGreaterThan(kills * 10);
});
