import { runPython } from './python.ts';

const PROGRAM = `
import json, sys, urllib.request, urllib.error, urllib.parse
import feedvalidator
from feedvalidator import compatibility
from feedvalidator.formatter.text_plain import Formatter
def events_of(url):
    try:
        return feedvalidator.validateURL(url, firstOccurrenceOnly=1)['loggedEvents']
    except feedvalidator.logging.ValidationFailure as failure:
        return [failure.event]
def sentence(event):
    value = event.params.get('value', '')
    return '%s: %s (%.80s)' % (type(event).__name__, ' '.join(Formatter([event])), value)
urls = json.load(sys.stdin)
json.dump([[sentence(e) for e in compatibility.AA(events_of(url))] for url in urls], sys.stdout)
`;

/**
 * What the W3C feed validator says of each address, errors and warnings as its web page shows them, or why it was not
 * asked. `FEED_VALIDATOR` names the folder of its Python package.
 */
export function validate(
  urls: readonly string[],
): { kind: 'checked'; faults: string[][] } | { kind: 'absent'; reason: string } {
  const folder = process.env.FEED_VALIDATOR;
  if (!folder) return { kind: 'absent', reason: 'FEED_VALIDATOR names no folder' };
  const result = runPython<string[][]>(PROGRAM, urls, folder);
  if (result.kind === 'failed') return { kind: 'absent', reason: result.detail };
  return { kind: 'checked', faults: result.value };
}
