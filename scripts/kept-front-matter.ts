import { parseDocument } from 'yaml';

/** A post with these keys of its front matter set. @param front keys and their values as YAML */
export function withFrontMatter(post: string, front: Readonly<Record<string, string>>): string {
  if (Object.keys(front).length === 0) return post;
  const end = post.indexOf('\n---\n');
  const document = parseDocument(post.slice(4, end));
  for (const [key, yaml] of Object.entries(front)) document.set(key, parseDocument(yaml).contents);
  return `---\n${document.toString({ lineWidth: 0 })}${post.slice(end + 1)}`;
}
