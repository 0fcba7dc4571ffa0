import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommandFailure } from './command-failure.ts';
import { fileErrorInWords } from './file-error.ts';

/** The folder of all local data: the database, the owner's token, wrangler's log. Made when it is not there. */
export function openStateFolder(name = process.env.STATE || '.state'): string {
  const folder = path.resolve(name);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CommandFailure(`STATE=${name} cannot be used as a folder: ${fileErrorInWords(error)}.`);
  }
  return folder;
}

/** How a folder is called in a sentence: relative where that is shorter. */
export function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}

/** Writes a file that only its owner may read, whatever its mode was before. */
export function writePrivateFile(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** A file's text, or `undefined` when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The owner's token kept in a state folder, if any. */
export function keptAdminToken(state: string): string | undefined {
  return readIfThere(tokenFile(state))?.trim() || undefined;
}

/** The owner's token: the one wanted, the one kept, or a new one. It is kept, so that other commands find it. */
export function adminToken(state: string, wanted = process.env.ADMIN_TOKEN): string {
  // What a Bearer header can carry (RFC 6750) and an env file can hold without being changed.
  if (wanted && !/^[\w.~+/=:!@%^*()?,;&-]+$/.test(wanted)) {
    throw new CommandFailure(
      'ADMIN_TOKEN may have letters, digits and . ~ + / = : ! @ % ^ * ( ) ? , ; & _ - only.',
    );
  }
  const token = wanted || keptAdminToken(state) || randomBytes(24).toString('base64url');
  writePrivateFile(tokenFile(state), `${token}\n`);
  return token;
}

/** Where the owner's token lies. */
export function tokenFile(state: string): string {
  return path.join(state, 'admin-token');
}
