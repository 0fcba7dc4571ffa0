/**
 * A post with these keys of its front matter set, in their places or behind the others.
 * @param front keys, letters, digits, `_` and `-`, and their values as YAML on one line
 */
export function withFrontMatter(post: string, front: Readonly<Record<string, string>>): string {
  const start = '---\n'.length;
  const end = post.indexOf('\n---\n') + 1;
  let yaml = post.slice(start, end);
  for (const [key, value] of Object.entries(front)) {
    const line = `${key}: ${value}\n`;
    // what belongs to a key is indented
    const before = new RegExp(`^${key}:.*\\n(?: .*\\n)*`, 'm');
    yaml = before.test(yaml) ? yaml.replace(before, () => line) : yaml + line;
  }
  return post.slice(0, start) + yaml + post.slice(end);
}
