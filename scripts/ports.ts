import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CommandFailure } from './command-failure.ts';

/** The number in a `PORT` variable; 8787 without one, and any free port for 0. */
export async function readPort(text: string | undefined): Promise<number> {
  if (text === undefined || text === '') return 8787;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new CommandFailure(`PORT is a number from 1 to 65535, not "${text}".`);
  return port === 0 ? findFreePort() : port;
}

/** Fails when nothing more can listen on 127.0.0.1 at `port`. */
export async function requireFreePort(port: number): Promise<void> {
  let code = await tryToListen(port);
  if (code === 'EADDRINUSE') {
    // A Worker that was killed just now gives its port back a moment later.
    await wait(300);
    code = await tryToListen(port);
  }
  if (code === 'EADDRINUSE') {
    throw new CommandFailure(
      `Port ${port} is taken by another program: stop that one, or choose another port with PORT=${port + 100} npm start.`,
    );
  }
  if (code !== undefined)
    throw new CommandFailure(`Port ${port} cannot be listened on (${code}): choose another with PORT.`);
}

/** A port of 127.0.0.1 on which nothing listened a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function tryToListen(port: number): Promise<string | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
