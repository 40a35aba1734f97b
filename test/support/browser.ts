import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Browser } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const STALE_MS = 60_000;

/** Unpacks Chromium from its npm package, one process at a time: the package itself does not lock. */
async function unpacked(): Promise<string> {
  const lock = path.join(tmpdir(), 'query-change-chromium.lock');
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > STALE_MS) rmSync(lock, { recursive: true, force: true });
      else await wait(100);
    }
  }
  try {
    const { default: packaged } = await import('@sparticuz/chromium');
    return await packaged.executablePath();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Starts a headless Chromium: `CHROMIUM`, the system's, or the one from npm. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath =
    process.env['CHROMIUM'] ?? SYSTEM.find((file) => existsSync(file)) ?? (await unpacked());
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return await chromium.launch({ executablePath, args, headless: true });
}
