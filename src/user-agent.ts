import packageJson from '../package.json' with { type: 'json' };

/**
 * What this program calls itself to the servers it asks: a name, a version, where its owner is found and, to publishers,
 * for how many readers it asks, in the form their statistics look for: `(3 subscribers)`.
 */
export function userAgent(publicOrigin: string | undefined, subscribers?: number): string {
  const contact = [
    ...(publicOrigin === undefined ? [] : [`+${publicOrigin}/`]),
    ...(subscribers === undefined ? [] : [`${subscribers} subscribers`]),
  ];
  return `Tributary/${packageJson.version}${contact.length === 0 ? '' : ` (${contact.join('; ')})`}`;
}
