import { argon2, timingSafeEqual } from 'node:crypto';
import { AppError, type Random } from '@holdfast/base';
import type { PasswordCost } from './password-cost.ts';

const saltBytes = 16;
const tagBytes = 32;
const phc =
  /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,5}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{22,88})$/;

interface ParsedHash {
  readonly cost: PasswordCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** A new argon2id hash in PHC form, with a salt of its own. Passwords are taken in Unicode NFC. */
export async function hashPassword(password: string, cost: PasswordCost, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(saltBytes));
  const tag = await derive(password, salt, cost, tagBytes);
  return format(cost, salt, tag);
}

/**
 * Whether the password is the one that was hashed; compares in constant time.
 * @throws AppError `store-damaged` when what is stored is no such hash.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { cost, salt, tag } = parse(hash);
  return timingSafeEqual(await derive(password, salt, cost, tag.length), tag);
}

/** A well-formed hash of this cost that no password is known to fit: to spend the same time on unknown names. */
export function decoyHash(cost: PasswordCost): string {
  return format(cost, Buffer.alloc(saltBytes), Buffer.alloc(tagBytes));
}

/** Whether a hash was made for less than `cost` and should be made anew. */
export function isCheaper(hash: string, cost: PasswordCost): boolean {
  const stored = parse(hash).cost;
  return stored.memory < cost.memory || stored.passes < cost.passes || stored.lanes < cost.lanes;
}

function parse(hash: string): ParsedHash {
  const match = phc.exec(hash);
  if (!match) throw new AppError('store-damaged', { message: 'A stored password hash is unreadable.' });
  const [, memory, passes, lanes, salt = '', tag = ''] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function derive(password: string, salt: Buffer, cost: PasswordCost, tagLength: number): Promise<Buffer> {
  const parameters = {
    message: Buffer.from(password.normalize('NFC'), 'utf8'),
    nonce: salt,
    memory: cost.memory,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength,
  };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, tag) => (error ? reject(error) : resolve(tag)));
  });
}

function format(cost: PasswordCost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
