import type { Context } from 'hono';
import type { AppEnv } from '../app.ts';
import { problem } from './problem.ts';

/** Cloudflare keeps an answer that says nothing about caching for hours. */
const NOT_STORED = { 'Cache-Control': 'no-store' };

/** What is said where no route is. */
export function answerNothingHere(c: Context<AppEnv>): Response {
  return isOwnersCall(c)
    ? problem(c, 404, 'There is nothing at this address', WHERE_CALLS_ARE_TOLD)
    : c.text('There is nothing at this address.\n', 404, NOT_STORED);
}

/**
 * What is said to a method that an address does not take (RFC 9110, 15.5.6). A script on another site asks by OPTIONS
 * before it sends validators.
 */
export function answerOtherMethod(c: Context<AppEnv>, methods: readonly string[]): Response {
  const allowed = methods.join(', ');
  const headers = { ...NOT_STORED, Allow: `${allowed}, OPTIONS` };
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { ...headers, ...toPreflight(allowed) });
  if (!isOwnersCall(c)) return c.text(`This address takes ${allowed}.\n`, 405, headers);
  c.header('Allow', allowed);
  return problem(c, 405, `This address takes ${allowed}`, WHERE_CALLS_ARE_TOLD);
}

/** What is said of a fault of ours; what it was is for the log. */
export function answerFault(c: Context<AppEnv>): Response {
  return isOwnersCall(c)
    ? problem(c, 500, 'This failed on our side', 'The log says why.')
    : c.text('This failed on our side; the log says why.\n', 500, NOT_STORED);
}

const WHERE_CALLS_ARE_TOLD = 'GET /api/openapi.json describes the calls there are.';

function toPreflight(methods: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'If-None-Match, If-Modified-Since',
    'Access-Control-Max-Age': '86400',
  };
}

function isOwnersCall(c: Context<AppEnv>): boolean {
  return /^\/api(?:\/|$)/.test(c.req.path);
}
