import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { nodeWithAccount } from './support/node-with-account.ts';
import { requireTool } from './support/require-tool.ts';

test('the start page opens in a browser without an error or a policy violation', async (context) => {
  const executablePath = requireTool(context, 'chromium');
  await using world = await nodeWithAccount('browser');
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
    const answer = await page.goto(`${world.node.url}/`);
    expect(answer?.status()).toBe(200);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-(inline|eval)/);
    expect(await page.title()).toMatch(/holdfast/i);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBeTruthy();
    const picture = await page.screenshot({ path: world.folder.at('start-page.png') });
    expect(picture.length).toBeGreaterThan(3_000);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
