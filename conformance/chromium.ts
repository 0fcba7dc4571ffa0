import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** Headless Chromium from CHROMIUM or the PATH, kept from calling home; undefined where there is none. */
export async function launchChromium(): Promise<Browser | undefined> {
  const folders = (process.env.PATH ?? '').split(':');
  const paths = [
    process.env.CHROMIUM ?? '',
    ...folders.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)),
  ];
  const executablePath = paths.find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined) return undefined;
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
