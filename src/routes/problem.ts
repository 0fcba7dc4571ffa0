import type { Context } from 'hono';

/** An error as `application/problem+json` (RFC 9457). */
export function problem(
  c: Context,
  status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 500,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): Response {
  return c.body(JSON.stringify({ title, status, detail, ...more }), status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
  });
}
