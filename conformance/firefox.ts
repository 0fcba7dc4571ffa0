import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

const NAMES = ['firefox', 'firefox-esr'];

/** All but loopback is sent to a proxy that is not there; nothing is looked up, updated or reported. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.provider.mozilla.updateURL': '',
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.disable_open_during_load': true,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': 9,
  'network.proxy.share_proxy_settings': true,
  'network.proxy.socks_remote_dns': true,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.type': 1,
  'services.settings.server': 'http://127.0.0.1:9/',
  'toolkit.telemetry.enabled': false,
};

type Message = { id?: number; result?: unknown; error?: string; message?: string; method?: string };

/** Headless Firefox, spoken to by WebDriver BiDi, the protocol it brings along. */
export interface Firefox {
  version: string;
  open(url: string): Promise<FirefoxPage>;
  close(): Promise<void>;
}

export interface FirefoxPage {
  /** Runs a function in the page; what it takes and gives travels as JSON. */
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  close(): Promise<void>;
}

/** Headless Firefox from FIREFOX or the PATH, kept from calling home; undefined where there is none. */
export async function launchFirefox(): Promise<Firefox | undefined> {
  const folders = (process.env.PATH ?? '').split(':');
  const paths = [
    process.env.FIREFOX ?? '',
    ...folders.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)),
  ];
  const program = paths.find((file) => file !== '' && existsSync(file));
  if (program === undefined) return undefined;
  const profile = mkdtempSync(path.join(tmpdir(), 'tributary-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`,
  );
  writeFileSync(path.join(profile, 'user.js'), lines.join(''));
  const child = spawn(
    program,
    ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const stop = async () => {
    if (child.exitCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  const address = await Promise.race([listeningAddress(child.stderr), once(child, 'exit')]);
  if (typeof address !== 'string') {
    await stop();
    throw new Error(`${program} does not start`);
  }
  const send = await connect(`${address}/session`);
  const session = (await send('session.new', {
    capabilities: { alwaysMatch: { unhandledPromptBehavior: { default: 'dismiss' } } },
  })) as { capabilities: { browserVersion: string } };
  return {
    version: session.capabilities.browserVersion,
    open: (url) => openPage(send, url),
    close: stop,
  };
}

async function listeningAddress(stderr: Readable): Promise<string> {
  let text = '';
  for await (const part of stderr.iterator({ destroyOnReturn: false })) {
    text += String(part);
    const address = /WebDriver BiDi listening on (ws:\S+)/.exec(text)?.[1];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
  }
  return await new Promise(() => {});
}

type Send = (method: string, params: Record<string, unknown>) => Promise<unknown>;

async function connect(address: string): Promise<Send> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (message: Message) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  let count = 0;
  return async (method, params) => {
    const id = ++count;
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error, message } = await answer;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`Firefox answers ${method} with ${error}: ${message}`);
    return result;
  };
}

async function openPage(send: Send, url: string): Promise<FirefoxPage> {
  const { context } = (await send('browsingContext.create', { type: 'tab' })) as { context: string };
  await send('browsingContext.navigate', { context, url, wait: 'complete' });
  return {
    async evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R> {
      const answer = (await send('script.callFunction', {
        functionDeclaration: `async (json) => JSON.stringify(await (${run})(JSON.parse(json))) ?? 'null'`,
        arguments: [{ type: 'string', value: JSON.stringify(argument ?? null) }],
        target: { context },
        awaitPromise: true,
      })) as { type: string; result?: { value: string }; exceptionDetails?: { text: string } };
      if (answer.result === undefined)
        throw new Error(`Firefox: ${answer.exceptionDetails?.text ?? answer.type}`);
      return JSON.parse(answer.result.value) as R;
    },
    close: async () => {
      await send('browsingContext.close', { context });
    },
  };
}
