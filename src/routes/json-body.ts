import type { Context } from 'hono';
import { problem } from './problem.ts';

/** The JSON object that is the body of a request; undefined where it is something else. */
export async function readJsonObject(c: Context): Promise<Record<string, unknown> | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : undefined;
}

export function noJsonObject(c: Context): Response {
  return problem(c, 400, 'The body is no JSON object', 'GET /api/openapi.json describes what to send.');
}
