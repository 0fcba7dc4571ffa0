import { describe, expect, it } from 'vitest';
import { readLimited } from '../../src/fetch/read-limited.ts';

const bounds = { limit: 100_000, idleMs: 200 };

/** A stream of pieces that notes whether it was cancelled; a byte stream is one that fills the reader's buffers. */
function streamOf(pieces: number[], { isByteStream, end = true }: { isByteStream: boolean; end?: boolean }) {
  const state = { cancelled: false };
  const left = [...pieces];
  const pull = (controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) => {
    const size = left.shift();
    if (size !== undefined) controller.enqueue(new Uint8Array(size).fill(7));
    else if (end) {
      controller.close();
      if ('byobRequest' in controller) controller.byobRequest?.respond(0);
    } else return new Promise<void>(() => {});
  };
  const cancel = () => {
    state.cancelled = true;
  };
  const stream = isByteStream
    ? new ReadableStream({ type: 'bytes', pull, cancel })
    : new ReadableStream<Uint8Array>({ pull, cancel });
  return { stream: stream as ReadableStream<Uint8Array>, state };
}

describe.each([['plain'], ['byte']])('readLimited on a %s stream', (name) => {
  const options = { isByteStream: name === 'byte' };

  it('gives all bytes in order', async () => {
    const result = await readLimited(streamOf([1, 70_000, 5], options).stream, bounds);
    expect(result.kind === 'bytes' && result.bytes.length).toBe(70_006);
    expect(result.kind === 'bytes' && result.bytes.every((byte) => byte === 7)).toBe(true);
  });

  it('stops at the first byte too many and cancels the transfer', async () => {
    const { stream, state } = streamOf([99_999, 1, 1, 1], options);
    expect(await readLimited(stream, bounds)).toEqual({ kind: 'too-large', limit: 100_000 });
    expect(state.cancelled).toBe(true);
  });

  it('takes a body of exactly the limit', async () => {
    expect((await readLimited(streamOf([100_000], options).stream, bounds)).kind).toBe('bytes');
  });

  it('gives up when nothing more arrives', async () => {
    const { stream, state } = streamOf([10], { ...options, end: false });
    expect(await readLimited(stream, { ...bounds, idleMs: 30 })).toEqual({ kind: 'timeout' });
    expect(state.cancelled).toBe(true);
  });
});

describe('readLimited', () => {
  it('reports a transfer that breaks off', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('reset')),
    });
    expect(await readLimited(stream, bounds)).toEqual({ kind: 'broken' });
  });

  it('reads no body as no bytes', async () => {
    expect(await readLimited(null, bounds)).toEqual({ kind: 'bytes', bytes: new Uint8Array() });
  });
});
