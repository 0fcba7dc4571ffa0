import type { TestProject } from 'vitest/node';
import { startOrigin } from './origin.ts';

/** Starts the origin for the tests in workerd and hands them its address. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { origin, close } = await startOrigin();
  project.provide('origin', origin);
  return close;
}

declare module 'vitest' {
  interface ProvidedContext {
    origin: string;
  }
}
