import packageJson from '../package.json' with { type: 'json' };

/** What this program calls itself to the servers it asks: a name, a version, and where its owner is found. */
export function userAgent(publicOrigin: string | undefined): string {
  const contact = publicOrigin === undefined ? '' : ` (+${publicOrigin}/)`;
  return `Tributary/${packageJson.version}${contact}`;
}
