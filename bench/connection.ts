/** An HTTP client that costs next to nothing, so that a bench measures the server. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How an answer came; milliseconds from the request to the first byte of the body and to the last. */
export interface Arrival {
  firstByteMs: number;
  ms: number;
  bytes: number;
}

/** Asks for one thing after another on a connection that stays open. */
export interface Connection {
  /**
   * Rejects when the answer is no 200, with `etag` no 304, or breaks off. `pauseMs` is the wait after every piece that
   * was read.
   */
  get(target: string, options?: { pauseMs?: number; etag?: string | undefined }): Promise<Arrival>;
  close(): void;
}

/** Opens a connection to `host` (`127.0.0.1:4801`). */
export async function openConnection(host: string): Promise<Connection> {
  const [hostname = '', port] = host.split(':');
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return {
    get(target, { pauseMs = 0, etag } = {}) {
      const condition = etag === undefined ? '' : `If-None-Match: ${etag}\r\n`;
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n${condition}\r\n`);
      return readAnswer(socket, etag === undefined ? '200' : '304', pauseMs);
    },
    close: () => socket.destroy(),
  };
}

const LAST_CHUNK = '0\r\n\r\n';

function readAnswer(socket: Socket, status: '200' | '304', pauseMs: number): Promise<Arrival> {
  const start = performance.now();
  let head: string | undefined = '';
  /** Bytes of the body, or NaN when only its last chunk tells. */
  let length = Number.NaN;
  let bytes = 0;
  let firstByteMs = 0;
  let tail = '';
  return new Promise((resolve, reject) => {
    const stop = () => socket.off('data', onData).off('close', onClose).off('error', onClose);
    const onClose = () => {
      stop();
      reject(new Error(`The connection broke off after ${bytes} bytes.`));
    };
    const onBody = (piece: Buffer) => {
      if (piece.length === 0) return;
      if (bytes === 0) firstByteMs = performance.now() - start;
      bytes += piece.length;
      if (Number.isNaN(length))
        tail = (tail + piece.toString('latin1', Math.max(0, piece.length - 5))).slice(-5);
      if (bytes < length || (Number.isNaN(length) && tail !== LAST_CHUNK)) return;
      stop();
      resolve({ firstByteMs, ms: performance.now() - start, bytes });
    };
    const onData = (piece: Buffer) => {
      if (pauseMs > 0) {
        socket.pause();
        setTimeout(() => socket.resume(), pauseMs);
      }
      if (head === undefined) return onBody(piece);
      head += piece.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      if (!head.startsWith(`HTTP/1.1 ${status}`)) {
        stop();
        return reject(new Error(`The answer is ${head}`));
      }
      if (status === '304') {
        stop();
        return resolve({ firstByteMs: 0, ms: performance.now() - start, bytes });
      }
      length = Number(/^content-length: *(\d+)/im.exec(head.slice(0, end))?.[1] ?? Number.NaN);
      const rest = Buffer.from(head.slice(end + 4), 'latin1');
      head = undefined;
      onBody(rest);
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
  });
}
