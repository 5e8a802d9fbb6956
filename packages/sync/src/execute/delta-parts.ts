import type { ContentChunk } from '@holdfast/client';

/** A part of the new version: bytes of the local file from `from` on, or bytes that have to be fetched. */
export interface Part {
  readonly start: number;
  readonly size: number;
  /** Undefined: only the server has it. */
  readonly from: number | undefined;
}

/** Fewer bytes than this between two parts that have to be fetched are fetched with them: that takes less time. */
const smallGap = 16 * 1024;

/** The new version in as few parts as possible. */
export function partsOf(list: readonly ContentChunk[], places: ReadonlyMap<string, number>): Part[] {
  const parts: Part[] = [];
  for (const { start, size, sha256 } of list) {
    const from = places.get(sha256);
    const last = parts.at(-1);
    const goesOn =
      last !== undefined && (last.from === undefined ? from === undefined : from === last.from + last.size);
    if (goesOn) parts[parts.length - 1] = { ...last, size: last.size + size };
    else parts.push({ start, size, from });
  }
  return joinOverGaps(parts);
}

function joinOverGaps(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const [index, part] of parts.entries()) {
    const last = joined.at(-1);
    const small = part.size < smallGap && parts[index + 1]?.from === undefined && index + 1 < parts.length;
    if (last?.from === undefined && last !== undefined && (part.from === undefined || small)) {
      joined[joined.length - 1] = { ...last, size: last.size + part.size };
    } else joined.push(part);
  }
  return joined;
}
