// How the browser is started.
import { NO_BROWSER, findChromium } from '../../scripts/lib/chromium.mjs';

// They keep the browser from calling home.
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** What Playwright is told; fails with a sentence where there is no browser. */
export function launchOptions(): { executablePath: string; args: string[] } {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`The browser tests need a browser, but ${NO_BROWSER}.`);
  // Chromium refuses to start as root with its sandbox, as in a container.
  return { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox', ...QUIET] : QUIET };
}
